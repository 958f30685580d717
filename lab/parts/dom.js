/** Elements, made without markup: the page's policy allows no `innerHTML`. */

/** Return an HTML element. Attributes named `on…` are listeners; `false` and `null` leave one out. */
export function html(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** Return an SVG element. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

/** Set attributes of an element, those that differ alone: some are laid out anew even if they do not. */
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === false || value === null || value === undefined)
      element.removeAttribute(name);
    else {
      const written = value === true ? "" : String(value);
      if (element.getAttribute(name) !== written) element.setAttribute(name, written);
    }
  }
  return element;
}

/** Write a text into an element that has no other; the same text again would be laid out anew. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const drawn = new WeakMap(); // the attributes and the text of each shape that `draw` made

/**
 * Make the children of an SVG group the shapes of a list, each `[tag, attributes, text]`. Elements
 * stay where they can and get what has changed alone: a new one takes longer than a drag allows.
 */
export function draw(group, shapes) {
  const old = [...group.children];
  shapes.forEach(([tag, attributes, text = ""], index) => {
    let element = old[index];
    if (element?.tagName !== tag) {
      element = svg(tag);
      if (old[index]) old[index].replaceWith(element);
      else group.append(element);
    }
    const [before, written] = drawn.get(element) ?? [{}, ""];
    for (const name in attributes) {
      if (before[name] !== attributes[name]) set(element, { [name]: attributes[name] });
    }
    for (const name in before) if (!(name in attributes)) element.removeAttribute(name);
    if (written !== text) element.textContent = text;
    drawn.set(element, [attributes, text]);
  });
  for (const element of old.slice(shapes.length)) element.remove();
}

const controls = (element) => [...element.querySelectorAll("button, input, select, summary")];

/** Return which control of an element has the focus, for `giveFocus` after it was made anew; or −1. */
export function focusIn(element) {
  return controls(element).indexOf(document.activeElement);
}

/** Focus a control of an element by its place, or the first one if that cannot be used. */
export function giveFocus(element, place) {
  const isUsable = (one) => one && !one.disabled && one.checkVisibility();
  const all = controls(element);
  (isUsable(all[place]) ? all[place] : all.find(isUsable))?.focus();
}

let count = 0;

/** Return an id that no other element of the page has. */
export function newId() {
  return `lab-${++count}`;
}

function fill(element, attributes, children) {
  set(element, attributes);
  element.append(
    ...children.flat().filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}
