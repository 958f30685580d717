// A deck of slides: the arrow keys turn it, `?print-pdf` in the address lays it out for printing.
{
  const { previous, next } = document.currentScript.dataset;

  Reveal.initialize({
    width: 1280,
    height: 720,
    margin: 0.06,
    hash: true,
    slideNumber: "c/t",
    transition: "none",
    backgroundTransition: "none",
    pdfSeparateFragments: false,
  });
  Reveal.on("ready", () => {
    const name = (direction, text) => {
      for (const button of document.querySelectorAll(`.controls .navigate-${direction}`)) {
        button.setAttribute("aria-label", text);
      }
    };
    name("left", previous);
    name("right", next);
  });
}
