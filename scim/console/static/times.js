// Moments in the reader's own time zone, where the server does not know it.
const FORMATS = {
  day: { day: "numeric", month: "short", year: "numeric" },
  moment: { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
};

export function localiseTimes(root) {
  const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
  for (const time of root.querySelectorAll("time[data-local]")) {
    time.textContent = new Intl.DateTimeFormat(language, FORMATS[time.dataset.local]).format(new Date(time.dateTime));
  }
}
