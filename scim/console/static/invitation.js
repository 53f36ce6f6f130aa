// The link of an invitation holds it behind the #, which browsers send to nobody: here it goes into the form.
const SHORTEST = 32; // what is shorter is a place on the page, such as #main

export function openInvitation() {
  const field = document.querySelector("[data-from-fragment]");
  if (!field || location.hash.length < SHORTEST) return;
  field.value = location.hash.slice(1);
  history.replaceState(history.state, "", location.pathname); // it is good for a day: nobody is to find it there
  field.form.requestSubmit();
}

addEventListener("hashchange", openInvitation); // another link, on the page that is open
