// Quizzes, predictions and exercises that are answered on the page. Without scripts, and on paper,
// they are what the page holds: questions with folded answers, and cells of code.
{
  const labels = document.currentScript.dataset;
  const text = (key, values = {}) => fillIn(labels[key], values);

  const element = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  };

  // --- choices ----------------------------------------------------------------------------------

  // A question is a paragraph and the folds that follow it, of which one is right.
  const read = (right) => {
    const folds = [right];
    const isFold = (one) => one?.localName === "details";
    while (isFold(folds[0].previousElementSibling)) folds.unshift(folds[0].previousElementSibling);
    while (isFold(folds.at(-1).nextElementSibling)) folds.push(folds.at(-1).nextElementSibling);
    return { prompt: folds[0].previousElementSibling, folds, right: folds.indexOf(right) };
  };

  const copy = (node) => [...node.childNodes].map((child) => child.cloneNode(true));
  const explanation = (fold) => copy(fold).filter(({ localName }) => localName !== "summary");

  // A form in a question's place, whose folded answers are for paper alone then. `check()` is called
  // when it is sent.
  const formOf = ({ prompt, folds }, controls, check) => {
    const answer = element("div", { class: "answer", role: "status" });
    const button = element("button", { class: "button" }, text("check"));
    const fieldset = element("fieldset", {}, element("legend", {}, ...copy(prompt)), ...controls);
    const form = element("form", { class: "question" }, fieldset, answer, element("p", { class: "actions" }, button));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      check();
    });
    for (const one of [prompt, ...folds]) one.classList.add("on-paper");
    prompt.before(form);
    return { form, answer, button };
  };

  // A question with radio buttons: `check(choice)` is called for each choice that is sent.
  const choices = (question, name, check) => {
    const { folds } = question;
    const options = folds.map((fold, i) => {
      const radio = element("input", { type: "radio", name, value: i, required: "" });
      return element("label", { class: "choice" }, radio, element("span", {}, ...copy(fold.querySelector("summary"))));
    });
    const { form, answer, button } = formOf(question, options, () => check(Number(new FormData(form).get(name))));

    const show = (choice, isRight) => {
      options[choice].querySelector("input").checked = true;
      for (const one of [answer, options[choice]]) one.dataset.verdict = isRight ? "right" : "wrong";
      answer.replaceChildren(...explanation(folds[choice]));
    };
    const clear = () => {
      form.reset();
      for (const one of [answer, ...options]) delete one.dataset.verdict;
      answer.replaceChildren();
    };

    return { form, button, show, clear };
  };

  // --- the quiz ---------------------------------------------------------------------------------

  {
    const questions = [...document.querySelectorAll("article details.right:not(.guess)")].map(read);
    const score = element("p", { role: "status" });
    const again = element("button", { class: "button", type: "button" }, text("again"));
    const done = () => progress.of("questions");

    const forms = questions.map((question, number) => {
      let tries = 0;
      const form = choices(question, `question-${number}`, (choice) => {
        tries += 1;
        const isRight = choice === question.right;
        form.show(choice, isRight);
        if (isRight) progress.record("questions", number, { right: true, tries });
        update();
      });
      const update = () => (form.button.hidden = number in done());
      return {
        ...form,
        restore() {
          tries = 0;
          if (number in done()) form.show(question.right, true);
          else form.clear();
          update();
        },
      };
    });

    const showScore = () => {
      const answered = Object.values(done());
      const first = answered.filter(({ tries }) => tries === 1).length;
      const values = { first, done: answered.length, count: forms.length };
      score.textContent = answered.length ? text(answered.length < forms.length ? "soFar" : "score", values) : "";
      again.hidden = !answered.length;
    };
    const restore = () => {
      for (const form of forms) form.restore();
      showScore();
    };

    if (forms.length) {
      forms.at(-1).form.after(element("div", { class: "score" }, score, again));
      again.addEventListener("click", () => {
        progress.drop("questions");
        restore();
        forms[0].form.querySelector("input").focus();
      });
      document.addEventListener("progress", showScore);
      restore();
    }
  }

  // --- predictions ------------------------------------------------------------------------------

  // A prediction stands before its figure, which opens once there is a guess, or on demand. A guess
  // is one of several answers, or a value on an axis of the figure. The text that follows the figure
  // would tell the answer: it waits too, but opens all when a search within the page comes to it.
  const figures = [...document.querySelectorAll("article .cell_output figure:not(.lab-home)")];
  const isBefore = (one, other) => one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;

  const guesses = [...document.querySelectorAll("article details.guess.right")].map((fold, number) => {
    const question = read(fold);
    const figure = figures.find((one) => isBefore(fold, one));
    const { form, show } = fold.dataset.axis ? onAxis(question, figure, take) : fromChoices(question, number, take);
    const skip = element("button", { class: "button quiet", type: "button" }, text("showMe"));
    let hidden = [];

    function cover() {
      hidden = textAfter(figure);
      for (const one of hidden) {
        one.setAttribute("hidden", "until-found");
        one.addEventListener("beforematch", open);
      }
      figure.classList.add("covered");
      figure.dataset.label = text("covered");
      figure.setAttribute("aria-hidden", "true"); // a screen reader must not tell the answer either
      form.classList.add("guess");
      form.querySelector(".actions").append(skip);
      skip.addEventListener("click", look);
      const known = progress.of("guesses")[number];
      if (known === undefined) return;
      show(known);
      open();
    }
    function open() {
      for (const one of hidden) one.hidden = false;
      hidden = [];
      figure.classList.remove("covered");
      figure.removeAttribute("aria-hidden");
      form.querySelector("fieldset").disabled = true;
      form.querySelector(".actions").remove();
    }
    // The button that was pressed is gone: who uses a keyboard goes on at the figure.
    function look() {
      open();
      figure.tabIndex = -1;
      figure.focus({ preventScroll: true });
    }
    function take(guess) {
      progress.record("guesses", number, guess);
      show(guess);
      look();
    }

    return cover;
  });
  for (const cover of guesses) cover(); // once each question is a form, where the text before it ends

  function textAfter(figure) {
    const found = [];
    let next = figure.closest(".cell").nextElementSibling;
    for (; next && !next.matches(".cell, section, form"); next = next.nextElementSibling) found.push(next);
    return found;
  }

  function fromChoices(question, number, take) {
    const { form, show } = choices(question, `guess-${number}`, take);
    return { form, show: (choice) => show(choice, choice === question.right) };
  }

  // The value is set by a slider, or on the figure itself, of which the axis alone is in sight.
  function onAxis(question, figure, take) {
    const STEPS = 1000;
    const [fold] = question.folds;
    const { axis, answer: expected } = fold.dataset;
    const isCount = Number.isInteger(Number(expected)); // of epochs or steps: 7, not 7.5
    const picture = figure.querySelector("picture");
    const plot = element("div", { class: "plot" });
    const mark = element("div", { class: "mark", "data-label": text("yourGuess") });
    const slider = element("input", { type: "range", max: STEPS, value: STEPS / 2, autocomplete: "off" });
    const output = element("output");
    const label = element("label", {}, `${text("yourGuess")}: `, output, slider);
    const { form, answer } = formOf(question, [label], () => take(share()));

    // What the picture in sight tells of its axes; another one is in sight on a phone.
    const axes = () => {
      const used = [...picture.querySelectorAll("source")].find(({ media }) => matchMedia(media).matches);
      return JSON.parse((used ?? picture.querySelector("img")).dataset.axes);
    };
    const digits = new Intl.NumberFormat(document.documentElement.lang, { maximumSignificantDigits: 2 });
    const share = () => slider.valueAsNumber / STEPS;
    const value = ([from, to, scale]) =>
      scale === "log" ? from * (to / from) ** share() : from + (to - from) * share();
    const place = () => {
      const { box: [left, top, right, bottom], [axis]: limits } = axes();
      const at = axis === "x" ? left + (right - left) * share() : bottom + (top - bottom) * share();
      for (const [name, part] of Object.entries({ left, top, right: 1 - right, bottom: 1 - bottom, at })) {
        plot.style.setProperty(`--${name}`, `${100 * part}%`);
      }
      output.textContent = digits.format(isCount ? Math.round(value(limits)) : value(limits));
      slider.setAttribute("aria-valuetext", output.textContent);
    };
    const point = (event) => {
      if (!figure.classList.contains("covered") || !(event.buttons & 1)) return;
      const [left, top, right, bottom] = axes().box;
      const frame = plot.getBoundingClientRect();
      const x = ((event.clientX - frame.left) / frame.width - left) / (right - left);
      const y = ((event.clientY - frame.top) / frame.height - bottom) / (top - bottom);
      slider.value = STEPS * (axis === "x" ? x : y);
      place();
    };

    picture.before(plot);
    plot.append(picture, mark);
    plot.dataset.axis = axis;
    plot.addEventListener("pointerdown", point);
    plot.addEventListener("pointermove", point);
    slider.addEventListener("input", place);
    addEventListener("resize", place);
    place();
    return {
      form,
      show(guess) {
        slider.value = STEPS * guess;
        place();
        answer.replaceChildren(...explanation(fold));
      },
    };
  }

  // --- exercises --------------------------------------------------------------------------------

  // As people write numbers: 0,5 or 0.5, −1, 1e-3, 10/3; else NaN.
  const parse = (written) => {
    const [above, below = "1", ...rest] = written.replaceAll(",", ".").replaceAll("−", "-").split("/");
    const isNumber = (part) => /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(part);
    return isNumber(above) && isNumber(below) && !rest.length ? Number(above) / Number(below) : NaN;
  };

  // Each returns whether what was written is right, and the message, as `judge` in
  // helpers/exercises/exercise.py does.
  const judges = {
    choice({ answers }, letter) {
      return answers[letter];
    },
    number({ rel, answers, otherwise, unreadable }, written) {
      const given = parse(written);
      if (Number.isNaN(given)) return [false, unreadable];
      const found = answers.find(([number]) => Math.abs(given - number) <= 1e-12 + rel * Math.abs(number));
      return found ? found.slice(1) : [false, otherwise];
    },
    trial({ edges, bands, unreadable }, written) {
      const given = parse(written);
      return Number.isNaN(given) ? [false, unreadable] : bands[edges.filter((edge) => edge <= given).length];
    },
    lines({ right, missing, decoys, optional, otherwise, unreadable }, written) {
      const parts = written.split(/[\s,;{}]+/).filter(Boolean);
      if (!parts.length || !parts.every((part) => /^\d+$/.test(part))) return [false, unreadable];
      const lines = new Set(parts.map(Number).filter((line) => !optional.includes(line)));
      const lacking = Object.keys(missing).filter((line) => !lines.has(Number(line)));
      const extra = [...lines].filter((line) => !(line in missing)).sort((a, b) => a - b);
      if (!lacking.length && !extra.length) return [true, right];
      const decoy = extra.find((line) => line in decoys);
      if (decoy !== undefined) return [false, decoys[decoy]];
      return [false, lacking.length === 1 && !extra.length ? missing[lacking[0]] : otherwise];
    },
  };

  for (const exercise of document.querySelectorAll("article .exercise")) {
    const { name } = exercise.dataset;
    const data = JSON.parse(exercise.querySelector("script").textContent);
    const form = exercise.querySelector("form");
    const input = form.querySelector("input");
    const known = progress.of("exercises")[name];

    if (data.kind === "code") {
      input.checked = known !== undefined;
      input.addEventListener("change", () => {
        if (input.checked) progress.record("exercises", name, true);
        else progress.drop("exercises", name);
      });
      continue;
    }
    const answer = form.querySelector("[role=status]");
    const field = form.elements[name] ?? input; // of radio buttons the one that is chosen
    const judge = () => {
      const [isRight, message] = judges[data.kind](data, field.value);
      answer.textContent = message;
      answer.dataset.verdict = isRight ? "right" : "wrong";
      return isRight;
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (judge()) progress.record("exercises", name, { right: true, answer: field.value });
    });
    if (known !== undefined) {
      field.value = known.answer;
      judge();
    }
  }
}
