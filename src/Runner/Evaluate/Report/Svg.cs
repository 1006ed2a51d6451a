using System.Text;

namespace TextOps.Runner.Evaluate.Report;

/// <summary>What the charts share: pieces of SVG whose colours come from the style sheet by class.</summary>
internal static class Svg
{
    /// <summary>Opens a drawing of a size in units of a pixel; it shrinks with the page.</summary>
    public static IDisposable Open(Markup page, double width, double height, string description) => page.Open(
        "svg",
        ("class", "chart"),
        ("role", "img"),
        ("aria-label", description),
        ("viewBox", $"0 0 {Markup.Number(width)} {Markup.Number(height)}"),
        ("width", Markup.Number(width)),
        ("height", Markup.Number(height)));

    /// <summary>A line.</summary>
    public static void Line(Markup page, string css, double x1, double y1, double x2, double y2) => page.Empty(
        "line", ("class", css), ("x1", Markup.Number(x1)), ("y1", Markup.Number(y1)), ("x2", Markup.Number(x2)), ("y2", Markup.Number(y2)));

    /// <summary>Text at a point: <paramref name="anchor"/> is start, middle or end.</summary>
    public static void Text(Markup page, string css, double x, double y, string anchor, string text) =>
        page.Element("text", text, ("class", css), ("x", Markup.Number(x)), ("y", Markup.Number(y)), ("text-anchor", anchor));

    /// <summary>Text turned by some degrees around its point.</summary>
    public static void Turned(Markup page, string css, double x, double y, double degrees, string anchor, string text, string? tooltip = null)
    {
        using (page.Open("text", ("class", css), ("transform", $"translate({Markup.Number(x)} {Markup.Number(y)}) rotate({Markup.Number(degrees)})"), ("text-anchor", anchor)))
        {
            page.Text(text);
            if (tooltip is not null)
            {
                page.Element("title", tooltip);
            }
        }
    }

    /// <summary>A line through points.</summary>
    public static void Polyline(Markup page, string css, IEnumerable<(double X, double Y)> points)
    {
        var list = new StringBuilder();
        foreach (var (x, y) in points)
        {
            list.Append(list.Length > 0 ? " " : "").Append(Markup.Number(x)).Append(',').Append(Markup.Number(y));
        }

        page.Empty("polyline", ("class", css), ("points", list.ToString()));
    }

    /// <summary>About how wide a text is in the charts' font, in pixels; wide scripts and emoji take twice as much.</summary>
    public static double WidthOf(string text) => text.EnumerateRunes().Sum(rune => rune.Value >= 0x1100 ? 13 : 6.8);

    /// <summary>A text of at most so many characters, its end cut off and marked.</summary>
    public static string Cut(string text, int characters)
    {
        var elements = System.Globalization.StringInfo.ParseCombiningCharacters(text);
        return elements.Length <= characters ? text : text[..elements[characters - 1]] + "…";
    }
}
