"""A picture of a trace, as SVG: what each CPU ran, the steps of a start, what each task
did, interrupts and wake-ups, over time."""
import html

WIDTH, LEFT, RIGHT, TOP = 1280, 150, 20, 64
PLOT = WIDTH - LEFT - RIGHT
LANE, GAP = 26, 10
FONT = "font-family='Helvetica,Arial,sans-serif'"
COLOURS = ("#4878a8", "#e49444", "#5ba45b", "#b07aa1", "#d1615d", "#85b6b2", "#967662",
           "#e7ca60", "#a87c9f", "#6a9f58")
INK, FAINT, IDLE, IRQ = "#24292f", "#8c959f", "#eef1f4", "#cf222e"
STEPS = ("#9ec5e8", "#c8dff2")
STATES = {"runnable": "#f6d9a8", "sleeping": "#d8dee4", "blocked": "#eac7c7"}


class Picture:
    """Shapes, from the top down."""

    def __init__(self, start, end):
        self.start, self.scale = start, PLOT / max(end - start, 1)
        self.end, self.y, self.shapes = end, TOP, []

    def x(self, ns):
        return LEFT + (ns - self.start) * self.scale

    def box(self, start, end, y, height, colour, title, label=None, ink="#ffffff"):
        """A span; its label only where it fits, its title for who points at it."""
        x, width = self.x(start), max((end - start) * self.scale, 0.6)
        took = f"{title}: {(end - start) / 1000:.1f} us"
        self.shapes.append(
            f"<rect x='{x:.2f}' y='{y:.1f}' width='{width:.2f}' height='{height:.1f}' "
            f"fill='{colour}'><title>{html.escape(took)}</title></rect>")
        if label and width > 6.2 * len(label) + 6:
            self.text(x + width / 2, y + height / 2 + 4, label, ink, "middle", 11)

    def text(self, x, y, text, colour=INK, anchor="start", size=12, weight="normal"):
        self.shapes.append(
            f"<text x='{x:.1f}' y='{y:.1f}' fill='{colour}' text-anchor='{anchor}' "
            f"font-size='{size}' font-weight='{weight}' {FONT}>{html.escape(text)}</text>")

    def line(self, x1, y1, x2, y2, colour, width=1.0, dashes=""):
        dash = f" stroke-dasharray='{dashes}'" if dashes else ""
        self.shapes.append(
            f"<line x1='{x1:.2f}' y1='{y1:.1f}' x2='{x2:.2f}' y2='{y2:.1f}' "
            f"stroke='{colour}' stroke-width='{width}'{dash}/>")

    def lane(self, name, height=LANE):
        """A new row with its name; where it begins."""
        y = self.y
        self.text(LEFT - 10, y + height / 2 + 4, name, INK, "end")
        self.y += height + GAP
        return y

    def heading(self, text):
        self.y += 8
        self.text(12, self.y + 8, text, FAINT, "start", 11, "bold")
        self.line(12, self.y + 14, WIDTH - RIGHT, self.y + 14, "#d8dee4")
        self.y += 24


def step_of_axis(length_ns):
    """A round distance of marks: 8 to 20 of them."""
    step = 1000
    while length_ns / step > 20:
        step *= 5 if str(step)[0] == "1" else 2
    return step


def axis(picture, bottom):
    step = step_of_axis(picture.end - picture.start)
    at = -(-picture.start // step) * step
    while at <= picture.end:
        x = picture.x(at)
        picture.shapes.insert(0, f"<line x1='{x:.2f}' y1='{TOP - 8}' x2='{x:.2f}' "
                                 f"y2='{bottom}' stroke='#e4e8ec'/>")
        picture.text(x, TOP - 14, f"{at / 1e6:g} ms", FAINT, "middle", 11)
        at += step


def draw_cpus(picture, trace, spans, colours):
    picture.heading("WHAT EACH CPU RUNS")
    rows = {}
    for cpu in trace.cpus:
        rows[cpu] = picture.lane(f"CPU {cpu}")
        picture.box(picture.start, picture.end, rows[cpu], LANE, IDLE, "idle or unknown")
    for cpu, start, end, task in spans.running:
        if not trace.is_idle(task):
            picture.box(start, end, rows[cpu], LANE, colours[task],
                        f"{trace.name(task)} {task}", trace.name(task))
    for cpu, start, end, name in spans.irqs:
        picture.box(start, end, rows[cpu] - 5, 5, IRQ, f"interrupt: {name}")
    for cpu, when, task, to, start in spans.wakes:
        y = rows[cpu] + (LANE if rows[to] >= rows[cpu] else 0)
        picture.line(picture.x(when), y - 6, picture.x(start), rows[to] + LANE / 2, INK,
                     0.8, "2,2")


def depth_of(spans):
    """Each span with how many spans it lies in."""
    open_ = []
    for span in spans:
        while open_ and open_[-1] <= span[1]:
            open_.pop()
        yield len(open_), span
        open_.append(span[2])


def draw_steps(picture, spans):
    steps = [span for span in spans.work if span[4] == "step"]
    if not steps:
        return
    picture.heading("STEPS OF THE START")
    y = picture.lane("steps")
    rows = []  # where each row of names below the steps is free from
    for i, (depth, (_, start, end, name, _, _)) in enumerate(depth_of(steps)):
        picture.box(start, end, y + 4 * depth, LANE - 4 * depth, STEPS[i % 2], name)
        if (end - start) * picture.scale < 2.5:
            continue
        name = name.removesuffix("()")
        x = picture.x(start)
        row = next((r for r, free in enumerate(rows) if free <= x), len(rows))
        rows[row:row + 1] = [x + 5.6 * len(name) + 10]
        at = picture.y + 13 * row
        picture.line(x + 0.5, y, x + 0.5, at + 2, "#9ec5e8")
        picture.text(x + 3, at + 4, name, INK, "start", 10)
    picture.y += 13 * len(rows) + GAP


def draw_tasks(picture, trace, spans, colours):
    picture.heading("WHAT EACH TASK DOES")
    tasks = [task for task in sorted({task for task, *_ in spans.states})
             if not trace.is_idle(task)]
    rows = {task: picture.lane(f"{trace.name(task)} {task}") for task in tasks}
    for task, start, end, state in spans.states:
        if task not in rows:
            continue
        runs = state.startswith("running")
        height = LANE if runs else 8
        picture.box(start, end, rows[task] + (LANE - height) / 2, height,
                    colours[task] if runs else STATES.get(state, IDLE), state)
    for depth, (task, start, end, name, what, _) in depth_of(
            [span for span in spans.work if span[4] != "step" and span[0] in rows]):
        picture.box(start, end, rows[task] + 4 + 3 * depth, LANE - 8, "#24292f55",
                    f"{what}: {name}", name)


def legend(picture, trace, colours):
    x = LEFT
    for task, colour in colours.items():
        name = f"{trace.name(task)} {task}"
        picture.shapes.append(f"<rect x='{x}' y='{picture.y}' width='12' height='12' "
                              f"fill='{colour}'/>")
        picture.text(x + 17, picture.y + 10, name, INK, "start", 11)
        x += 34 + 6.4 * len(name)
    for colour, name in ((IRQ, "interrupt"), (STATES["runnable"], "runnable, waits"),
                         (STATES["sleeping"], "sleeping"), ("#8b8f94", "device or call")):
        picture.shapes.append(f"<rect x='{x}' y='{picture.y}' width='12' height='12' "
                              f"fill='{colour}'/>")
        picture.text(x + 17, picture.y + 10, name, INK, "start", 11)
        x += 34 + 6.4 * len(name)
    picture.y += 24


def draw(trace, spans, title):
    """The picture, from the kernel's first instruction on when the trace begins soon
    after it."""
    first, last = trace.records[0].ns, spans.end
    start = 0 if first < (last - first) * 2 else first
    picture = Picture(start, last)
    tasks = {task for _, _, _, task in spans.running if not trace.is_idle(task)}
    colours = {task: COLOURS[i % len(COLOURS)] for i, task in enumerate(sorted(tasks))}
    draw_cpus(picture, trace, spans, colours)
    draw_steps(picture, spans)
    draw_tasks(picture, trace, spans, colours)
    picture.y += 6
    legend(picture, trace, colours)
    bottom = picture.y
    axis(picture, bottom - 30)
    picture.text(12, 26, title, INK, "start", 17, "bold")
    return (f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{bottom}' "
            f"viewBox='0 0 {WIDTH} {bottom}'>\n"
            f"<rect width='{WIDTH}' height='{bottom}' fill='#ffffff'/>\n"
            + "\n".join(picture.shapes) + "\n</svg>\n")
