// A worker timeline to zoom, drawn on a canvas from every item of the round. It is unpacked when it is asked for.
(() => {
  const AXIS = 22, GUTTER = 30, RIGHT = 8, LANE_MOST = 20, LANE_LEAST = 5, LANES_HEIGHT = 220, LEAST_NS = 50;
  const SURE = 100; // steps, from which on three digits are
  const MOST_PIXELS = 32000; // of a canvas' height: browsers draw nothing on larger ones, without a word
  const UNITS = [[60e9, "min"], [1e9, "s"], [1e6, "ms"], [1e3, "\u00b5s"], [1, "ns"]];

  const duration = (ns) => {
    const [size, unit] = UNITS.find(([least]) => Math.abs(ns) >= least * (least === 60e9 ? 2 : 1)) || UNITS[4];
    return `${Number((ns / size).toPrecision(3)).toLocaleString("en", { maximumFractionDigits: 3 })} ${unit}`;
  };

  const inflate = async (text) => {
    const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  };

  const unpack = (bytes, facts) => {
    let at = 0;
    const number = () => {
      let value = 0, factor = 1, byte;
      do {
        byte = bytes[at++];
        value += (byte & 127) * factor;
        factor *= 128;
      } while (byte & 128);
      return value;
    };
    const step = facts.span_ns / facts.steps;
    return facts.ready_ns.map(() => {
      const count = number();
      const lane = {
        starts: new Float64Array(count), ends: new Float64Array(count), items: new Int32Array(count), raised: new Uint8Array(count),
      };
      let now = 0, item = 0;
      for (let place = 0; place < count; place++) {
        now += number();
        lane.starts[place] = now * step;
        const length = number(), jump = number();
        now += Math.floor(length / 2);
        item += jump % 2 ? -(jump + 1) / 2 : jump / 2;
        lane.ends[place] = now * step;
        lane.raised[place] = length % 2;
        lane.items[place] = item;
      }
      return lane;
    });
  };

  // The first place at which the sorted values are above what is sought.
  const above = (values, sought) => {
    let low = 0, high = values.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[middle] > sought) high = middle;
      else low = middle + 1;
    }
    return low;
  };

  const open = async (box, facts) => {
    const lanes = unpack(await inflate(facts.data), facts);
    const canvas = box.querySelector("canvas"), told = box.querySelector("output");
    const pitch = Math.max(LANE_LEAST, Math.min(LANE_MOST, LANES_HEIGHT / lanes.length));
    const height = pitch * lanes.length + AXIS;
    const whole = facts.wall_ns, step = facts.span_ns / facts.steps;
    let from = 0, to = whole, dragged = null;
    let wide = canvas.clientWidth; // kept, for to ask is to lay the page out

    const x = (ns) => GUTTER + ((ns - from) / (to - from)) * (wide - GUTTER - RIGHT);
    const ns = (px) => from + ((px - GUTTER) / (wide - GUTTER - RIGHT)) * (to - from);
    const colour = (name) => {
      const probe = box.querySelector(`.c-${name}`);
      return getComputedStyle(probe).color;
    };

    const draw = () => {
      const ratio = Math.min(devicePixelRatio || 1, MOST_PIXELS / height), plane = canvas.getContext("2d");
      wide = canvas.clientWidth;
      canvas.style.height = `${height}px`;
      canvas.width = wide * ratio;
      canvas.height = height * ratio;
      plane.scale(ratio, ratio);
      const colours = Object.fromEntries(
        ["lane", "startup", "tail", "teardown", "done", "raised", "ink", "muted"].map((name) => [name, colour(name)])
      );
      const bar = (name, lane, start, end, least = 0) => {
        const left = Math.max(GUTTER, x(start)), right = Math.min(wide - RIGHT, x(end));
        if (right <= left && !least) return;
        plane.fillStyle = colours[name];
        plane.fillRect(left, lane * pitch, Math.max(least, right - left), pitch * 0.82);
      };
      lanes.forEach((lane, place) => {
        const last = lane.ends.length ? lane.ends[lane.ends.length - 1] : facts.ready_ns[place];
        plane.globalAlpha = 0.22;
        bar("lane", place, 0, facts.wall_ns);
        plane.globalAlpha = 1;
        bar("startup", place, 0, facts.ready_ns[place]);
        bar("tail", place, last, facts.done_ns);
        bar("teardown", place, facts.done_ns, facts.wall_ns);
        items(plane, colours, lane, place);
      });
      axis(plane, colours);
    };

    // Items of a pixel and more one by one; of smaller ones, how much of each pixel they fill.
    const items = (plane, colours, lane, place) => {
      const busy = new Float32Array(Math.ceil(wide) + 1), end = above(lane.starts, to);
      const scale = (wide - GUTTER - RIGHT) / (to - from), shift = GUTTER - from * scale, last = wide - RIGHT;
      for (let item = above(lane.ends, from); item < end; item++) {
        const left = Math.max(GUTTER, lane.starts[item] * scale + shift), right = Math.min(last, lane.ends[item] * scale + shift);
        if (right - left < 1 && !lane.raised[item]) {
          busy[Math.floor(left)] += right - left;
          continue;
        }
        const edge = right - left > 3 ? 0.5 : 0;
        plane.fillStyle = lane.raised[item] ? colours.raised : colours.done;
        plane.fillRect(left, place * pitch, Math.max(1, right - left - edge), pitch * 0.82);
      }
      plane.fillStyle = colours.done;
      busy.forEach((share, column) => {
        if (!share) return;
        plane.globalAlpha = Math.min(1, Math.max(0.15, share));
        plane.fillRect(column, place * pitch, 1, pitch * 0.82);
      });
      plane.globalAlpha = 1;
    };

    const axis = (plane, colours) => {
      const rough = (to - from) / Math.max(2, wide / 110), power = 10 ** Math.floor(Math.log10(rough));
      const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
      const digits = Math.max(3, Math.ceil(Math.log10(to / step)) + 1);
      const [size, unit] = UNITS.find(([least]) => to >= least * (least === 60e9 ? 2 : 1)) || UNITS[4];
      plane.fillStyle = colours.muted;
      plane.font = "11px system-ui, sans-serif";
      for (let count = Math.ceil(from / step); count * step <= to; count++) {
        const at = x(count * step), words = `${Number(((count * step) / size).toPrecision(digits))} ${unit}`;
        const half = plane.measureText(words).width / 2;
        plane.fillRect(at, lanes.length * pitch, 1, 4);
        if (at - half > 0 && at + half < wide) plane.fillText(words, at - half, lanes.length * pitch + 16);
      }
      const every = Math.ceil(12 / pitch);
      lanes.forEach((_, place) => {
        if (place % every === 0) plane.fillText(String(place), 8, (place + 0.41) * pitch + 4);
      });
    };

    const shown = () =>
      lanes.reduce((sum, lane) => sum + Math.max(0, above(lane.starts, to) - above(lane.ends, from)), 0);
    const look = (start, end) => {
      const span = Math.min(whole, Math.max(LEAST_NS, 4 * step, end - start));
      from = Math.max(0, Math.min(whole - span, start));
      to = from + span;
      draw();
      const count = shown();
      const where = from ? `from ${duration(from)} on, ${duration(to - from)} of ${duration(whole)}` : `the first ${duration(to)} of ${duration(whole)}`;
      told.textContent = `${from || to < whole ? where : "the whole round"}: ${count.toLocaleString("en")} item${count === 1 ? "" : "s"}`;
    };
    const scale = (factor, about = (from + to) / 2) => look(about - (about - from) * factor, about + (to - about) * factor);
    const move = (share) => look(from + (to - from) * share, to + (to - from) * share);
    const actions = {
      in: () => scale(0.5), out: () => scale(2), left: () => move(-0.3), right: () => move(0.3), all: () => look(0, whole),
    };
    const keys = { "+": "in", "=": "in", "-": "out", ArrowLeft: "left", ArrowRight: "right", 0: "all" };

    const item = (event) => {
      const box = canvas.getBoundingClientRect();
      const place = Math.floor((event.clientY - box.top) / pitch), at = ns(event.clientX - box.left);
      const lane = lanes[place];
      if (!lane) return "";
      const found = above(lane.starts, at) - 1, pixel = (to - from) / wide;
      if (found < 0 || lane.ends[found] + pixel < at) return "";
      const number = lane.items[found], name = facts.names[number] || `item ${number}`;
      const state = lane.raised[found] ? ", raised" : "";
      const length = lane.ends[found] - lane.starts[found];
      const about = length < SURE * step ? ` \u00b1 ${duration(step)}` : ""; // the page keeps times in steps of the span
      return `${name}: ${duration(length)}${about}, worker ${place}, from ${duration(lane.starts[found])} on${state}`;
    };

    box.querySelectorAll("button[data-zoom]").forEach((button) =>
      button.addEventListener("click", () => actions[button.dataset.zoom]())
    );
    canvas.addEventListener("keydown", (event) => {
      const action = !event.ctrlKey && !event.metaKey && !event.altKey && actions[keys[event.key]];
      if (!action) return;
      event.preventDefault();
      action();
    });
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      canvas.setPointerCapture(event.pointerId);
      dragged = event.offsetX;
    });
    canvas.addEventListener("pointermove", (event) => {
      if (dragged === null) {
        const words = item(event);
        if (words) told.textContent = words;
        return;
      }
      draw();
      const plane = canvas.getContext("2d");
      plane.globalAlpha = 0.15;
      plane.fillStyle = colour("ink");
      plane.fillRect(dragged, 0, event.offsetX - dragged, height - AXIS);
      plane.globalAlpha = 1;
    });
    canvas.addEventListener("pointerup", (event) => {
      const ends = [ns(dragged), ns(event.offsetX)].sort((a, b) => a - b);
      if (Math.abs(event.offsetX - dragged) > 4) look(...ends);
      dragged = null;
    });
    canvas.addEventListener("pointercancel", () => (dragged = null));
    canvas.addEventListener("dblclick", actions.all);
    canvas.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey) return;
        event.preventDefault();
        scale(event.deltaY > 0 ? 1.25 : 0.8, ns(event.offsetX));
      },
      { passive: false }
    );
    new ResizeObserver(draw).observe(box);
    document.addEventListener("recoloured", draw);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
    look(0, whole);
    canvas.focus({ preventScroll: true });
  };

  document.querySelectorAll(".zoom").forEach((box) => {
    const button = box.querySelector("button.open");
    if (!window.DecompressionStream) return;
    box.hidden = false;
    button.addEventListener("click", async () => {
      button.hidden = true;
      box.querySelector(".plane").hidden = false;
      await open(box, JSON.parse(box.querySelector("script").textContent));
    });
  });
})();
