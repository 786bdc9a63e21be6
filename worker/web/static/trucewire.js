// Keys, theme, times, the live stream. Every page works without it.
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// Times: relative ones grow old; the reader's own zone stands beside UTC.
const zone = new Intl.DateTimeFormat(undefined, {
  day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short",
});
function ago(seconds) {
  const length = Math.abs(seconds);
  if (length < 60) return seconds >= 0 ? "just now" : "in a moment";
  const [value, unit] = length < 3600 ? [length / 60, "min"] : length < 172800 ? [length / 3600, "h"] : [length / 86400, "d"];
  const words = `${Math.floor(value)} ${unit}`;
  return seconds >= 0 ? `${words} ago` : `in ${words}`;
}
function showTimes(root = document) {
  for (const time of $$("time[datetime]", root)) {
    const moment = new Date(time.dateTime);
    if (!time.dataset.zoned) {
      time.dataset.zoned = "yes";
      time.title += `\n${zone.format(moment)}`;
    }
    const seconds = (Date.now() - moment) / 1000;
    if (time.hasAttribute("data-ago") && Math.abs(seconds) < 604800) {
      const words = time.dataset.ago === "due" && seconds >= 0 ? "due now" : ago(seconds);
      if (time.textContent !== words) time.textContent = words;
    }
  }
}
showTimes();
setInterval(showTimes, 15000);

// Theme: auto, light, dark.
const themes = ["auto", "light", "dark"];
const themeSwitch = $("[data-theme-switch]");
const themeNow = () => document.documentElement.dataset.theme || "auto";
function setTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // It holds for this page.
  }
  $("[data-theme-name]", themeSwitch).textContent = theme;
}
const nextTheme = () => setTheme(themes[(themes.indexOf(themeNow()) + 1) % themes.length]);
if (themeSwitch) {
  themeSwitch.hidden = false;
  $("[data-theme-name]", themeSwitch).textContent = themeNow();
  themeSwitch.addEventListener("click", nextTheme);
}

// Keys.
const help = $("[data-help-dialog]");
const helpButton = $("[data-help]");
if (helpButton && help) {
  helpButton.hidden = false;
  helpButton.addEventListener("click", () => help.showModal());
}
const items = () => $$("[data-item]").filter((item) => item.offsetParent !== null);
for (const item of $$("[data-item]")) item.tabIndex = -1;
function move(by) {
  const list = items();
  if (!list.length) return;
  const at = list.indexOf(document.activeElement?.closest("[data-item]"));
  const to = at < 0 ? (by > 0 ? 0 : list.length - 1) : Math.min(Math.max(at + by, 0), list.length - 1);
  list[to].focus({ preventScroll: true });
  list[to].scrollIntoView({ block: "nearest" });
}
function openMenu(item, which) {
  const menu = item && $(which, item);
  if (!menu) return;
  menu.open = true;
  $("form input:not([type=hidden]), form button", menu)?.focus();
}
let waiting = "";
const actions = {
  j: () => move(1),
  k: () => move(-1),
  o: (item) => $("[data-source]", item ?? document)?.click(),
  a: (item) => item && $("[data-ack]", item)?.click(),
  w: (item) => item && $("[data-why]", item)?.click(),
  y: (item) => item && $("[data-right]", item)?.click(),
  n: (item) => openMenu(item, "[data-wrong]"),
  x: (item) => openMenu(item, "[data-silence]"),
  z: (item) => openMenu(item, "[data-snooze]"),
  d: nextTheme,
  "/": () => ($("main input[type=search]") ?? $(".find input"))?.focus(),
  "?": () => help?.showModal(),
  ".": () => $(".news button")?.click(),
  g: () => {
    waiting = "g";
    setTimeout(() => { waiting = ""; }, 1200);
  },
};
document.addEventListener("keydown", (event) => {
  const target = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey || help?.open) return;
  if (target.matches("input, textarea, select")) {
    if (event.key === "Escape") {
      const menu = target.closest("details.menu");
      if (menu) menu.open = false;
      (menu?.closest("[data-item]") ?? document.body).focus({ preventScroll: true });
      target.blur();
    }
    return;
  }
  if (waiting === "g") {
    waiting = "";
    const link = $(`[data-go="${CSS.escape(event.key)}"]`);
    if (link) {
      event.preventDefault();
      link.click();
      return;
    }
  }
  if (event.key === "Escape") {
    for (const menu of $$("details.menu[open]")) {
      if (menu.contains(target)) target.closest("[data-item]")?.focus({ preventScroll: true });
      menu.open = false;
    }
    return;
  }
  const item = target.closest?.("[data-item]");
  if (event.key === "Enter" && item === target) {
    event.preventDefault();
    $("[data-open]", item)?.click();
    return;
  }
  const action = actions[event.key];
  if (action) {
    event.preventDefault();
    action(item);
  }
});
document.addEventListener("click", (event) => {
  for (const menu of $$("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});

// Live: what is new comes in above or in its place, and whatever is being read stays where it is on the screen.
const pulse = $("[data-live]");
const news = $("[data-news]");
let unread = 0;
function keepingPlace(change) {
  const anchor = window.scrollY < 40 ? null : $$("[data-item]").find((item) => item.getBoundingClientRect().bottom > 60);
  const before = anchor?.getBoundingClientRect().top;
  change();
  if (anchor?.isConnected) window.scrollBy({ top: anchor.getBoundingClientRect().top - before, behavior: "instant" });
}
function announce(text, onClick) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text;
  button.addEventListener("click", () => {
    news.replaceChildren();
    unread = 0;
    onClick();
  });
  news.replaceChildren(button);
}
function recount() {
  let open = 0;
  for (const section of $$("[data-section]")) {
    const number = $$("[data-item]", section).length;
    open += number;
    $("[data-number]", section).textContent = number;
    section.hidden = number === 0;
  }
  const empty = $("[data-empty]");
  if (empty) empty.hidden = open > 0;
  document.title = `${open ? `${open} open` : "Now"} · Trucewire`;
}
function element(html) {
  // Made by the server's templates, which escape whatever publishers write.
  const template = document.createElement("template");
  template.innerHTML = html;
  const made = template.content.firstElementChild;
  const secret = $("meta[name=csrf]").content;
  for (const field of $$("[data-csrf]", made)) field.value = secret;
  made.tabIndex = -1;
  showTimes(made);
  return made;
}
function takeStory(told) {
  const old = document.getElementById(`story-${told.story_id}`);
  if (old && (old.matches(":focus-within:not(:focus)") || $("details[open]", old))) return; // somebody is at work in it
  const section = $(`[data-section="${CSS.escape(told.severity)}"]`);
  keepingPlace(() => {
    const focused = old && document.activeElement === old;
    const made = told.open ? element(told.html) : null;
    if (old && made && old.closest("[data-section]") === section) old.replaceWith(made);
    else {
      old?.remove();
      if (made) $("h2", section).after(made);
    }
    if (focused) made?.focus({ preventScroll: true });
    if (told.news) made?.classList.add("fresh");
    recount();
  });
  if (told.news && window.scrollY >= 40) {
    unread += 1;
    announce(`${unread} new`, () => window.scrollTo({ top: 0, behavior: "smooth" }));
  }
}
// Rows of the log and of the stories: new ones come in on top, ones that stand already are shown anew in their place.
const rowsShown = 200;
function takeRows(told) {
  const list = $("[data-rows]");
  if (told.new > told.rows.length) {
    unread += told.new;
    announce(`${unread} new`, () => location.assign(location.pathname + location.search));
    return;
  }
  let added = 0;
  keepingPlace(() => {
    for (const row of told.rows.toReversed()) {
      const made = element(row.html);
      const old = document.getElementById(made.id);
      if (old && old.contains(document.activeElement) && old !== document.activeElement) continue; // somebody is in it
      const focused = old && old === document.activeElement;
      if (old && told.new === 0) old.replaceWith(made);
      else {
        old?.remove();
        $("[data-none]", list)?.remove();
        list.prepend(made);
        made.classList.add("fresh");
        added += 1;
      }
      if (focused) made.focus({ preventScroll: true });
    }
    if (window.scrollY < 40) for (const row of $$("[data-item]", list).slice(rowsShown)) row.remove();
  });
  if (added && window.scrollY >= 40) {
    unread += added;
    announce(`${unread} new`, () => window.scrollTo({ top: 0, behavior: "smooth" }));
  }
}
if (pulse && "EventSource" in window) {
  const stream = new EventSource(`/live?about=${pulse.dataset.live}&since=${pulse.dataset.since}`);
  const word = $("[data-live-word]", pulse);
  const state = $("[data-live-state]", pulse);
  const say = (on, text) => {
    state.dataset.liveState = on;
    word.textContent = text;
  };
  // A stream ends every ten minutes and comes back at once: that is not worth a word.
  let lost = 0;
  stream.addEventListener("open", () => {
    clearTimeout(lost);
    say("on", "live");
  });
  stream.addEventListener("error", () => {
    clearTimeout(lost);
    lost = setTimeout(() => say("off", "not live; trying again"), 4000);
  });
  stream.addEventListener("story", (event) => takeStory(JSON.parse(event.data)));
  stream.addEventListener("articles", (event) => takeRows(JSON.parse(event.data)));
  stream.addEventListener("stories", (event) => takeRows(JSON.parse(event.data)));
  window.addEventListener("pagehide", () => stream.close());
}

// The map's and the trends' time: drag over the bars.
for (const brush of $$("[data-brush]")) {
  const span = $(".span", brush);
  const bars = JSON.parse(brush.dataset.brush);
  const place = (event) => {
    const box = brush.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 0.99999);
    return Math.floor(share * bars.starts.length);
  };
  let from = -1;
  brush.addEventListener("pointerdown", (event) => {
    from = place(event);
    event.preventDefault();
    brush.setPointerCapture(event.pointerId);
  });
  brush.addEventListener("pointermove", (event) => {
    if (from < 0) return;
    const to = place(event);
    const width = brush.viewBox.baseVal.width / bars.starts.length;
    span.setAttribute("x", Math.min(from, to) * width);
    span.setAttribute("width", (Math.abs(to - from) + 1) * width);
  });
  brush.addEventListener("pointerup", (event) => {
    const to = place(event);
    const address = new URL(location.href);
    address.searchParams.set("since", bars.starts[Math.min(from, to)]);
    address.searchParams.set("until", bars.starts[Math.max(from, to) + 1] ?? bars.end);
    from = -1;
    location.assign(address);
  });
}
// On a phone the pages' names are wider than the screen.
const bar = $(".masthead nav ul");
const current = $("[aria-current]", bar);
if (current) bar.scrollLeft = current.offsetLeft - bar.clientWidth / 2;
for (const hint of $$("[data-js-only]")) hint.hidden = false;
// On a phone, filters that nobody has set give way to what is listed.
if (matchMedia("(max-width: 44rem)").matches && !location.search) for (const box of $$("[data-folds]")) box.open = false;
