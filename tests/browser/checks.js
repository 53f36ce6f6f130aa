// What the tests of every place ask the page itself. Each function returns what is wrong, as texts.
window.checks = (() => {
  const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";
  const NARROW_BOX = 1; // for the ear only

  function described(element) {
    const text = (element.getAttribute("aria-label") ?? element.textContent ?? "").replace(/\s+/g, " ").trim().slice(0, 40);
    return `<${element.tagName.toLowerCase()} class="${element.getAttribute("class") ?? ""}">${text}`;
  }

  function root() {
    return document.querySelector("dialog[open]") ?? document.body;
  }

  function isSeen(element) {
    const box = element.getBoundingClientRect();
    return element.checkVisibility({ visibilityProperty: true }) && box.width > NARROW_BOX && box.height > NARROW_BOX;
  }

  // What is wider than its place: the page, a dialog, a box that scrolls sideways or cuts off what is in it.
  function layout() {
    const width = document.documentElement.clientWidth;
    const found = [];
    const wide = document.documentElement.scrollWidth;
    if (wide > width) found.push(`the page is ${wide} wide, the window ${width}`);
    const unseen = new Set(); // what is clipped away, for the ear only, and what is in there
    for (const element of root().querySelectorAll("*")) {
      if (unseen.has(element.parentElement) || element.matches("svg") || getComputedStyle(element).clipPath !== "none") {
        unseen.add(element);
        continue;
      }
      if (!isSeen(element)) continue;
      const box = element.getBoundingClientRect();
      if (box.right > width + 1 || box.left < -1) found.push(`outside the window: ${described(element)}`);
      const style = getComputedStyle(element);
      const isField = element.matches("input, select, textarea");
      const isCut = style.overflowX !== "visible" && style.textOverflow !== "ellipsis";
      if (!isField && isCut && element.scrollWidth > element.clientWidth + 1) found.push(`cut off, or scrolls: ${described(element)}`);
    }
    return found.slice(0, 8);
  }

  // Menus that leave the window when they are open.
  function menus() {
    const found = [];
    const width = document.documentElement.clientWidth;
    const kinds = new Set();
    for (const menu of root().querySelectorAll("details[data-menu]")) {
      const kind = `${menu.className} in ${menu.parentElement.className}`;
      if (!isSeen(menu) || kinds.has(kind)) continue;
      kinds.add(kind);
      menu.open = true;
      const box = menu.lastElementChild.getBoundingClientRect();
      if (box.left < -1 || box.right > width + 1) found.push(`a menu outside the window: ${described(menu.querySelector("summary"))}`);
      if (document.documentElement.scrollWidth > width) found.push(`a menu widens the page: ${described(menu)}`);
      menu.open = false;
    }
    return found;
  }

  // All that is to be read: texts, and what is in fields.
  function read() {
    const fields = [...document.querySelectorAll("input, textarea")].map((field) => field.value);
    return [document.body.textContent, ...fields].join(" ").replace(/\s+/g, " ");
  }

  // What the Tab key has to reach, and what it did: `watchFocus` before the keys are pressed, `unreached` afterwards.
  function stops(within) {
    const all = [...within.querySelectorAll(FOCUSABLE)];
    return all.filter((element) => isSeen(element) && element.tabIndex >= 0 && !element.disabled && isStopOfItsGroup(element));
  }

  function isStopOfItsGroup(element) { // of radio buttons Tab reaches one
    if (element.type !== "radio") return true;
    const group = [...element.form?.querySelectorAll(`input[type=radio][name="${element.name}"]`) ?? [element]];
    return element === (group.find((each) => each.checked) ?? group[0]);
  }

  let reached = [];

  function note(event) {
    reached.push({ element: event.target, isShown: isFocusShown(event.target) });
  }

  function watchFocus() {
    const within = root() === document.body ? document.querySelector("main") : root();
    const expected = stops(within);
    reached = [];
    document.addEventListener("focusin", note); // once, however often it is asked for
    return expected.length;
  }

  function isFocusShown(element) {
    for (let each = element; each && each !== document.body; each = each.parentElement) {
      const style = getComputedStyle(each);
      if (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1) return true;
      if (!each.parentElement?.matches(":focus-within") || each !== element && !each.matches("label, form, div")) break;
    }
    return false;
  }

  function unreached() {
    const within = root() === document.body ? document.querySelector("main") : root();
    const expected = stops(within);
    const elements = reached.map((each) => each.element).filter((element) => within.contains(element));
    const found = expected.filter((element) => !elements.includes(element)).map((element) => `not reached: ${described(element)}`);
    const first = [...new Set(elements)].filter((element) => element !== within);
    const start = first.indexOf(expected[0]);
    const order = [...first.slice(start), ...first.slice(0, start)].filter((element) => expected.includes(element));
    order.forEach((element, place) => {
      if (place && order[place - 1].compareDocumentPosition(element) & Node.DOCUMENT_POSITION_PRECEDING) found.push(`out of order: ${described(element)}`);
    });
    for (const { element, isShown } of reached) if (within.contains(element) && element !== within && !isShown) found.push(`focus not seen: ${described(element)}`);
    if (root() !== document.body) for (const { element } of reached) if (!within.contains(element)) found.push(`out of the dialog: ${described(element)}`);
    return found.slice(0, 8);
  }

  return { layout, menus, read, watchFocus, unreached };
})();
