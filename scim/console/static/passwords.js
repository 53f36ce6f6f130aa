// Buttons that show a password as it is typed. It is hidden again before it is sent: browsers remember other fields.
export function watchPasswords() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-reveal]");
    if (button) turn(button);
  });
  document.addEventListener("submit", (event) => {
    for (const button of event.target.querySelectorAll("[data-reveal]")) {
      if (fieldOf(button).type === "text") turn(button);
    }
  }, { capture: true });
}

function turn(button) {
  const text = button.querySelector("span");
  const field = fieldOf(button);
  field.type = field.type === "text" ? "password" : "text";
  [text.textContent, button.dataset.reveal] = [button.dataset.reveal, text.textContent];
}

function fieldOf(button) {
  return button.parentElement.querySelector("input");
}
