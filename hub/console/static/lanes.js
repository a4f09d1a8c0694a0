// The meeting's signals as stacked lanes: one shared position, one band of event marks, a strip of who spoke.
const AVERAGE_S = 9;
const STEP_S = 1;
const LEAP_S = 10;

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// Tokens are `oklch(l c h)`; a canvas wants the share of opacity inside.
const faint = (colour, share) => colour.replace(/\)$/, ` / ${share})`);

const clock = (seconds) => {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((part) => String(part).padStart(2, "0"));
  return whole >= 3600 ? `${Math.floor(whole / 3600)}:${parts.join(":")}` : `${Number(parts[0])}:${parts[1]}`;
};

// A centred mean over what was observed; a second without observation stays a gap.
const smooth = (values) => values.map((value, at) => {
  if (value === null) return null;
  const around = values.slice(Math.max(0, at - AVERAGE_S / 2 | 0), at + (AVERAGE_S / 2 | 0) + 1).filter((each) => each !== null);
  return around.reduce((sum, each) => sum + each, 0) / around.length;
});

const tickEvery = (duration, width) => {
  const most = Math.max(2, Math.floor(width / 80));
  return [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600].find((step) => duration / step <= most) ?? 7200;
};

class Lanes {
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.duration = Math.max(1, data.duration_s);
    this.field = root.querySelector("[data-field]");
    this.line = root.querySelector("[data-line]");
    this.charts = [];
    this.pinned = Math.max(0, data.series.credibility.findIndex((value) => value !== null));
    this.position = this.pinned;
    this.marks();
    this.listen();
    new ResizeObserver(() => this.draw()).observe(this.field);
    document.addEventListener("themechange", () => this.draw());
    root.dataset.ready = "true";
  }

  get width() { return this.field.clientWidth; }

  x(seconds) { return (seconds / this.duration) * this.width; }

  draw() {
    this.charts.forEach((chart) => chart.destroy());
    this.charts = [...this.root.querySelectorAll("[data-lane]")].map((host) => this.lane(host));
    this.strip();
    this.ruler();
    this.place();
  }

  lane(host) {
    const values = this.data.series[host.dataset.lane];
    const seconds = values.map((_, second) => second + 0.5);
    const colour = token(`--lane-${host.dataset.lane}`);
    const threshold = this.data.thresholds[host.dataset.lane];
    const options = {
      width: this.width,
      height: host.clientHeight,
      padding: [6, 0, 6, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false, range: [0, this.duration] }, y: { range: [0, 1] } },
      axes: [{ show: false }, { show: false }],
      series: [
        {},
        { stroke: faint(colour, 0.35), fill: faint(colour, 0.08), width: 1, points: { show: false } },
        { stroke: colour, width: 1.75, points: { show: false } },
      ],
      hooks: { drawAxes: [(chart) => this.grid(chart, threshold)] },
    };
    return new uPlot(options, [seconds, values, smooth(values)], host);
  }

  grid(chart, threshold) {
    const { ctx, bbox } = chart;
    const rule = (value, style, dash) => {
      const y = Math.round(chart.valToPos(value, "y", true)) + 0.5;
      ctx.strokeStyle = style;
      ctx.setLineDash(dash);
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
    };
    ctx.save();
    ctx.lineWidth = 1;
    [0, 0.5, 1].forEach((value) => rule(value, token("--lane-grid"), []));
    if (threshold !== undefined) rule(threshold, token("--muted-foreground"), [3, 4]);
    ctx.restore();
  }

  strip() {
    this.root.querySelectorAll("[data-strip]").forEach((canvas) => {
      const scale = window.devicePixelRatio || 1;
      canvas.width = this.width * scale;
      canvas.height = canvas.clientHeight * scale;
      const ctx = canvas.getContext("2d");
      ctx.scale(scale, scale);
      const index = Number(canvas.dataset.strip);
      ctx.fillStyle = token(`--speaker-${(index % 4) + 1}`);
      this.data.speakers[index].turns.forEach(([start, end]) => {
        ctx.fillRect(this.x(start), 2, Math.max(1, this.x(end) - this.x(start)), canvas.clientHeight - 4);
      });
    });
  }

  ruler() {
    const ruler = this.root.querySelector("[data-ruler]");
    const step = tickEvery(this.duration, this.width);
    const ticks = [];
    for (let at = 0; at <= this.duration; at += step) {
      const tick = document.createElement("span");
      tick.textContent = clock(at);
      tick.style.left = `${this.x(at)}px`;
      if (this.x(at) < this.width - 24) ticks.push(tick);
    }
    ruler.replaceChildren(...ticks);
  }

  marks() {
    const band = this.root.querySelector("[data-marks]");
    band.replaceChildren(...this.data.events.map((event) => {
      const mark = document.createElement("span");
      mark.className = "mark";
      mark.dataset.tone = event.tone;
      mark.title = `${clock(event.at_s)} ${event.text}`;
      mark.style.left = `${(event.at_s / this.duration) * 100}%`;
      return mark;
    }));
  }

  listen() {
    this.field.addEventListener("pointermove", (event) => this.move(this.at(event)));
    this.field.addEventListener("pointerleave", () => this.move(this.pinned));
    this.field.addEventListener("click", (event) => this.pin(this.at(event)));
    this.field.addEventListener("keydown", (event) => this.key(event));
    document.querySelectorAll("[data-at]").forEach((button) => {
      button.addEventListener("click", () => this.show(button));
    });
  }

  at(event) {
    const offset = event.clientX - this.field.getBoundingClientRect().left;
    return Math.min(this.duration, Math.max(0, (offset / this.width) * this.duration));
  }

  key(event) {
    const size = event.shiftKey ? LEAP_S : STEP_S;
    const next = { ArrowRight: this.pinned + size, ArrowLeft: this.pinned - size, Home: 0, End: this.duration,
                   PageUp: this.pinned + 60, PageDown: this.pinned - 60 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    this.pin(Math.min(this.duration, Math.max(0, next)));
  }

  show(button) {
    document.querySelectorAll("[data-at][aria-current]").forEach((other) => other.removeAttribute("aria-current"));
    button.setAttribute("aria-current", "true");
    this.pin(Number(button.dataset.at));
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.root.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "nearest" });
  }

  pin(seconds) {
    this.pinned = seconds;
    this.move(seconds);
  }

  move(seconds) {
    this.position = seconds;
    this.place();
  }

  place() {
    const second = Math.min(Math.floor(this.position), Math.ceil(this.duration) - 1);
    this.line.style.transform = `translateX(${this.x(this.position)}px)`;
    this.root.querySelector("[data-clock]").textContent = clock(this.position);
    const said = [...this.root.querySelectorAll("[data-value]")].map((output) => {
      const value = this.data.series[output.dataset.value][second];
      output.textContent = value === null || value === undefined ? "–" : value.toFixed(2);
      return `${output.dataset.name} ${output.textContent}`;
    });
    this.root.querySelectorAll("[data-speaking]").forEach((name) => {
      const turns = this.data.speakers[Number(name.dataset.speaking)].turns;
      name.classList.toggle("speaking", turns.some(([start, end]) => start <= this.position && this.position < end));
    });
    this.field.setAttribute("aria-valuenow", String(Math.round(this.position)));
    this.field.setAttribute("aria-valuetext", `${clock(this.position)}: ${said.join(", ")}`);
  }
}

const root = document.querySelector("[data-lanes]");
if (root) {
  fetch(root.dataset.lanes, { headers: { accept: "application/json" } })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`signals: ${answer.status}`))))
    .then((data) => new Lanes(root, data))
    .catch(() => { root.querySelector("[data-trouble]").hidden = false; });
}
