using YamlDotNet.Core;

namespace TextOps.Local.Promotion;

/// <summary>
/// Writes an approval into the text of a stage: a change of as few characters as it takes, so that comments, order, quotes and line ends of all else stay as they are.
/// What it cannot do surely, it refuses.
/// </summary>
internal sealed class ApprovalEdit
{
    private readonly string text;
    private readonly string newLine;
    private readonly int step;
    private readonly string version;
    private readonly string digest;
    private readonly List<(int Start, int End, string Text)> changes = [];

    private ApprovalEdit(string text, int step, int version, string digest)
    {
        this.text = text;
        this.step = step;
        this.version = version.ToString(System.Globalization.CultureInfo.InvariantCulture);
        this.digest = digest;
        newLine = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
    }

    /// <summary>The text with the approval in <paramref name="stage"/>.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="stage">The stage, which has a <c>name</c>.</param>
    /// <param name="step">By how many columns the document indents.</param>
    /// <param name="version">Number of the version.</param>
    /// <param name="digest">Its digest.</param>
    /// <exception cref="PromotionException">The approval is written in a way that is not changed safely.</exception>
    public static string Apply(string text, YamlMapping stage, int step, int version, string digest)
    {
        var edit = new ApprovalEdit(text, step, version, digest);
        edit.Change(stage);
        foreach (var (start, end, replacement) in edit.changes.OrderByDescending(change => change.Start))
        {
            text = string.Concat(text.AsSpan(0, start), replacement, text.AsSpan(end));
        }

        return text;
    }

    private void Change(YamlMapping stage)
    {
        var entry = stage.Find("approval");
        switch (entry?.Value)
        {
            case null when stage.IsFlow:
                Insert(stage.Find("name")!.Value.End, $", {Key("approval", stage)}: {Flow(stage)}");
                break;
            case null:
                AddLines(stage.Find("name")!.Value.End, stage.Column, "approval:");
                break;
            case { IsTied: true } tied:
                throw new PromotionException(tied.Line, "approval has an anchor, an alias or a tag; write version and digest there themselves");
            case YamlMapping { Entries.Count: 0 } empty:
                Fill(entry, empty, stage);
                break;
            case YamlMapping approval:
                Replace(approval);
                break;
            case YamlScalar { IsNull: true } nothing when stage.IsFlow:
                Put(nothing, Flow(stage));
                break;
            case YamlScalar { IsNull: true } nothing:
                Remove(nothing);
                AddLines(Math.Max(nothing.End, entry.Key.End), entry.Key.Column, header: null);
                break;
            case var other:
                throw new PromotionException(other.Line, "approval is not an object; write {} until something is approved");
        }
    }

    // An empty approval is in braces always. On the line of its key it becomes a block, where blocks may be.
    private void Fill(YamlEntry entry, YamlMapping empty, YamlMapping stage)
    {
        if (stage.IsFlow || empty.Line != entry.Key.Line || text[empty.Start..empty.End].AsSpan().ContainsAny('\n', '#'))
        {
            var gap = LikeJson(stage) ? "" : " ";
            Insert(empty.End - 1, $"{(text[empty.End - 2] == '{' ? gap : "")}{Entries(stage)}{gap}");
            return;
        }

        Remove(empty);
        AddLines(empty.End, entry.Key.Column, header: null);
    }

    private void Replace(YamlMapping approval)
    {
        if (approval.Entries.FirstOrDefault(entry => entry.Key.Value is not ("version" or "digest")) is { } foreign)
        {
            throw new PromotionException(foreign.Key.Line, $"approval has the field {foreign.Key.Value}; it has version and digest and no others");
        }

        var (number, hash) = (approval.Find("version"), approval.Find("digest"));
        ReplaceOrAdd(approval, number, "version", version, after: hash);
        ReplaceOrAdd(approval, hash, "digest", digest, after: number);
    }

    private void ReplaceOrAdd(YamlMapping approval, YamlEntry? entry, string name, string value, YamlEntry? after)
    {
        if (entry is not null)
        {
            if (entry.Value is not YamlScalar scalar || scalar.IsTied || scalar.Line != entry.Key.Line || scalar.LastLine != scalar.Line)
            {
                throw new PromotionException(entry.Key.Line, $"approval.{name} is not written as one plain value on the line of its name; write it so");
            }

            Put(scalar, name == "digest" ? Quoted(scalar, value, approval) : value);
        }
        else if (approval.IsFlow)
        {
            Insert(after!.Value.End, $", {Key(name, approval)}: {(name == "digest" ? Quoted(scalar: null, value, approval) : value)}");
        }
        else
        {
            InsertAtLineEnd(after!.Value.End, $"{newLine}{new string(' ', approval.Column)}{name}: {value}");
        }
    }

    private static string Quoted(YamlScalar? scalar, string value, YamlMapping around) => scalar?.Style switch
    {
        ScalarStyle.DoubleQuoted => $"\"{value}\"",
        ScalarStyle.SingleQuoted => $"'{value}'",
        _ => LikeJson(around) ? $"\"{value}\"" : value,
    };

    private string Flow(YamlMapping around) => LikeJson(around) ? $"{{{Entries(around)}}}" : $"{{ {Entries(around)} }}";

    private string Entries(YamlMapping around) => $"{Key("version", around)}: {version}, {Key("digest", around)}: {Quoted(scalar: null, digest, around)}";

    private static string Key(string name, YamlMapping around) => LikeJson(around) ? $"\"{name}\"" : name;

    private static bool LikeJson(YamlMapping around) => around is { IsFlow: true, Entries: [{ Key.Style: ScalarStyle.DoubleQuoted }, ..] };

    private void Put(YamlScalar scalar, string value) => changes.Add((scalar.Start, scalar.End, scalar.Start == scalar.End && text[scalar.Start - 1] == ':' ? $" {value}" : value));

    private void Insert(int at, string value) => changes.Add((at, at, value));

    private void Remove(YamlNode node)
    {
        var start = node.Start;
        while (start < node.End && start > 0 && text[start - 1] is ' ')
        {
            start--;
        }

        if (start < node.End)
        {
            changes.Add((start, node.End, ""));
        }
    }

    private void AddLines(int after, int column, string? header)
    {
        var key = new string(' ', column);
        var field = new string(' ', column + step);
        InsertAtLineEnd(after, $"{(header is null ? "" : $"{newLine}{key}{header}")}{newLine}{field}version: {version}{newLine}{field}digest: {digest}");
    }

    private void InsertAtLineEnd(int from, string value)
    {
        var end = text.AsSpan(from).IndexOfAny('\r', '\n');
        Insert(end < 0 ? text.Length : from + end, value);
    }
}
