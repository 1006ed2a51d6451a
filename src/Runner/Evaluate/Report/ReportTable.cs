namespace TextOps.Runner.Evaluate.Report;

/// <summary>Tables of a report.</summary>
internal static class ReportTable
{
    /// <summary>Opens a table with its head; names that start with '#' are of columns of numbers.</summary>
    /// <param name="page">Where to.</param>
    /// <param name="css">Class of the box around it: <c>scroll</c> for long tables, <c>across</c> for wide ones.</param>
    /// <param name="columns">Names of the columns.</param>
    public static IDisposable Open(Markup page, string css, params ReadOnlySpan<string> columns)
    {
        // A box that scrolls must be reachable by keyboard.
        var box = page.Open("div", ("class", css), ("tabindex", "0"));
        var table = page.Open("table");
        using (page.Open("thead"))
        using (page.Open("tr"))
        {
            foreach (var column in columns)
            {
                page.Element("th", column.TrimStart('#'), ("class", column.StartsWith('#') ? "n" : "t"));
            }
        }

        return new Closing(page, page.Open("tbody"), table, box);
    }

    /// <summary>A cell with text.</summary>
    public static void Cell(Markup page, string text) => page.Element("td", text, ("class", "l"));

    /// <summary>A cell with a number.</summary>
    public static void Number(Markup page, string text) => page.Element("td", text, ("class", "n"));

    /// <summary>Settings as a row of chips.</summary>
    public static void Chips(Markup page, IEnumerable<(string Name, string Value)> settings)
    {
        using (page.Open("div", ("class", "chips")))
        {
            foreach (var (name, value) in settings)
            {
                page.Element("code", $"{name} = {value}");
            }
        }
    }

    private sealed class Closing(Markup page, params IDisposable[] scopes) : IDisposable
    {
        public void Dispose()
        {
            foreach (var scope in scopes)
            {
                scope.Dispose();
            }

            page.Line();
        }
    }
}
