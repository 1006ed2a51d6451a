using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace TextOps.Local.Display;

/// <summary>Shows runs while they go: a bar for each on a terminal, a line for each change elsewhere.</summary>
internal abstract class RunDisplay : IDisposable
{
    /// <summary>The display that fits <paramref name="console"/>.</summary>
    public static RunDisplay For(IAnsiConsole console, TimeProvider time) =>
        console.Profile.Out.IsTerminal && console.Profile.Capabilities.Ansi ? new Bars(console, time) : new Lines(console.Profile.Out.Writer, time);

    /// <summary>A display that shows a line for each change, wherever it stands.</summary>
    public static RunDisplay Plain(TextWriter output, TimeProvider time) => new Lines(output, time);

    /// <summary>The same, for changes from what has been said of <paramref name="known"/> already.</summary>
    public static RunDisplay Plain(TextWriter output, TimeProvider time, IReadOnlyList<ObjectView> known)
    {
        var display = new Lines(output, time);
        display.Remember([.. known.SelectMany(view => view.Parts)]);
        return display;
    }

    /// <summary>Shows how the objects stand.</summary>
    public void Show(IReadOnlyList<ObjectView> views) => ShowParts([.. views.SelectMany(view => view.Parts)]);

    /// <summary>Shows how what they consist of stands.</summary>
    protected abstract void ShowParts(IReadOnlyList<ObjectView> views);

    /// <inheritdoc/>
    public abstract void Dispose();

    private static string Measures(ObjectView view, TimeSpan? eta) =>
        string.Join("  ", view.Measures.Concat(!view.IsOver && eta is { } left ? [$"ETA {ResourceTable.Age(left)}"] : Array.Empty<string>()));

    /// <summary>The name, with the kind before it where objects of several kinds are shown.</summary>
    private static string Title(ObjectView view, IReadOnlyList<ObjectView> all) =>
        Printable.OneLine(all.Any(other => other.Entity.Kind != view.Entity.Kind) ? view.Key : view.Name, 80);

    /// <summary>One line per object, redrawn in place.</summary>
    private sealed class Bars : RunDisplay
    {
        private readonly Dictionary<string, Eta> etas = new(StringComparer.Ordinal);
        private readonly TimeProvider time;
        private readonly Lock gate = new();
        private readonly ManualResetEventSlim ended = new();
        private readonly Task drawing;
        private IReadOnlyList<ObjectView> current = [];

        public Bars(IAnsiConsole console, TimeProvider time)
        {
            this.time = time;
            drawing = Task.Run(() => console.Live(new Text("")).AutoClear(false).Start(Draw));
        }

        protected override void ShowParts(IReadOnlyList<ObjectView> views)
        {
            lock (gate)
            {
                current = views;
            }
        }

        public override void Dispose()
        {
            ended.Set();
            drawing.Wait();
            ended.Dispose();
        }

        private void Draw(LiveDisplayContext context)
        {
            bool last;
            do
            {
                last = ended.Wait(TimeSpan.FromMilliseconds(200));
                lock (gate)
                {
                    context.UpdateTarget(Render());
                }
            }
            while (!last);
        }

        private Grid Render()
        {
            var grid = new Grid();
            grid.AddColumns(new GridColumn().NoWrap(), new GridColumn().NoWrap(), new GridColumn().NoWrap(), new GridColumn().NoWrap());
            foreach (var view in current)
            {
                if (!etas.TryGetValue(view.Key, out var eta))
                {
                    etas[view.Key] = eta = new Eta(time);
                }

                grid.AddRow(
                    new Text(Title(view, current)),
                    new Text(view.Reason, new Style(view.IsStalled ? Color.Red : view.IsReady ? Color.Green : Color.Yellow)),
                    view.Fraction is { } fraction ? new BreakdownBar(fraction) : new Text(""),
                    new Text($"{Printable.OneLine(view.Detail, 120)}  {Measures(view, view.Fraction is { } done ? eta.Estimate(done) : null)}".Trim()));
            }

            return grid;
        }
    }

    /// <summary>A bar of block characters with its per cent.</summary>
    private sealed class BreakdownBar(double fraction) : Renderable
    {
        private const int Width = 30;

        protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
        {
            var full = (int)Math.Round(fraction * Width);
            yield return new Segment(new string('━', full), new Style(Color.Green));
            yield return new Segment(new string('─', Width - full), new Style(Color.Grey));
            yield return new Segment(string.Create(CultureInfo.InvariantCulture, $" {Math.Floor(fraction * 100),3}%"));
        }

        protected override Measurement Measure(RenderOptions options, int maxWidth) => new(Width + 5, Width + 5);
    }

    /// <summary>A line when the state changes, and every five seconds while it moves.</summary>
    private sealed class Lines(TextWriter output, TimeProvider time) : RunDisplay
    {
        private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
        private readonly Dictionary<string, (string Line, int Percent, DateTimeOffset At, Eta Eta)> printed = new(StringComparer.Ordinal);

        /// <summary>Takes what is shown of <paramref name="views"/> for said.</summary>
        public void Remember(IReadOnlyList<ObjectView> views)
        {
            foreach (var view in views)
            {
                Change(view, views);
            }
        }

        protected override void ShowParts(IReadOnlyList<ObjectView> views)
        {
            foreach (var view in views)
            {
                if (Change(view, views) is { } line)
                {
                    output.WriteLine(line);
                }
            }

            output.Flush();
        }

        public override void Dispose() => output.Flush();

        /// <summary>What is to be said of an object; null where that has been said.</summary>
        private string? Change(ObjectView view, IReadOnlyList<ObjectView> views)
        {
            var now = time.GetUtcNow();
            var state = $"{view.Reason}  {Printable.OneLine(view.Message)}".TrimEnd();
            var percent = (int)((view.Fraction ?? 0) * 100);
            var known = printed.TryGetValue(view.Key, out var before);
            var eta = known ? before.Eta : new Eta(time);
            var left = view.Fraction is { } fraction ? eta.Estimate(fraction) : null;
            if (known && before.Line == state && (before.Percent == percent || now - before.At < Pause))
            {
                return null;
            }

            printed[view.Key] = (state, percent, now, eta);
            return $"{Title(view, views)}  {(view.Fraction is null ? "" : $"{percent,3}%  ")}{state}  {Measures(view, left)}".TrimEnd();
        }
    }
}
