using System.Globalization;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Local.Display;

namespace TextOps.Local.Predictions;

/// <summary>Prints answers as they come: a line each, in columns that do not depend on those still to come.</summary>
/// <param name="output">Where to.</param>
/// <param name="info">What is served.</param>
/// <param name="json">Whether a line is a JSON object.</param>
internal sealed class AnswerPrinter(TextWriter output, ServedInfo info, bool json)
{
    private const int TextWidth = 80;
    private const int ShownNumbers = 6;

    private readonly int labelWidth = Math.Clamp(info.Contract.Labels.Select(label => label.Length).DefaultIfEmpty(0).Max(), "LABEL".Length, 40);
    private bool headed;
    private long judged;
    private long right;

    /// <summary>Prints what a classifier gave for a text.</summary>
    public void Classified(TextRow row, JsonObject answer)
    {
        var label = answer["label"]?.ToString() ?? "";
        var expected = row.Label is { } given ? info.LabelOf(given) : null;
        judged += expected is null ? 0 : 1;
        right += expected == label ? 1 : 0;
        if (json)
        {
            Line(row, answer, expected);
            return;
        }

        Head($"{"LABEL".PadRight(labelWidth)}   SCORE   {(row.Label is null ? "" : $"{"IS".PadRight(labelWidth)}   ")}TEXT");
        var verdict = expected is null ? "" : $"{(expected == label ? "right" : Printable.OneLine(expected, labelWidth)).PadRight(labelWidth)}   ";
        output.WriteLine($"{Printable.OneLine(label, labelWidth).PadRight(labelWidth)}   {Number(answer["score"]),5}   {verdict}{Printable.OneLine(row.Text, TextWidth)}");
    }

    /// <summary>Prints a text's vector.</summary>
    public void Embedded(TextRow row, JsonArray vector)
    {
        if (json)
        {
            Line(row, new JsonObject { ["embedding"] = vector.DeepClone() }, expected: null);
            return;
        }

        Head("DIMENSIONS   VECTOR");
        var first = string.Join(" ", vector.Take(ShownNumbers).Select(number => ((double)number!).ToString("F4", CultureInfo.InvariantCulture).PadLeft(7)));
        output.WriteLine($"{vector.Count,10}   {first}{(vector.Count > ShownNumbers ? " …" : "")}   {Printable.OneLine(row.Text, TextWidth)}");
    }

    /// <summary>Prints a text of a ranking.</summary>
    public void Ranked(int rank, TextRow row, JsonObject answer)
    {
        if (json)
        {
            Line(row, new JsonObject { ["index"] = answer["index"]?.DeepClone(), ["score"] = answer["score"]?.DeepClone() }, expected: null);
            return;
        }

        Head("RANK   SCORE   TEXT");
        output.WriteLine($"{rank,4}   {Number(answer["score"]),5}   {Printable.OneLine(row.Text, TextWidth)}");
    }

    /// <summary>Prints how many answers were right, where that is known of any.</summary>
    public void End()
    {
        if (judged > 0 && !json)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\naccuracy {(double)right / judged:F4} ({right} of {judged})"));
        }

        output.Flush();
    }

    private void Line(TextRow row, JsonObject answer, string? expected)
    {
        var line = new JsonObject { ["text"] = row.Text };
        if (expected is not null)
        {
            line["expected"] = expected;
        }

        foreach (var (name, value) in answer)
        {
            line[name] = value?.DeepClone();
        }

        output.WriteLine(line.ToJsonString(Json.Strict));
    }

    private void Head(string titles)
    {
        if (!headed)
        {
            output.WriteLine(titles);
            headed = true;
        }
    }

    private static string Number(JsonNode? score) => score is JsonValue value && value.TryGetValue<double>(out var number) ? number.ToString("F3", CultureInfo.InvariantCulture) : "";
}
