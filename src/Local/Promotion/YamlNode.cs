using YamlDotNet.Core;

namespace TextOps.Local.Promotion;

/// <summary>A value as it stands in a text, so that it can be changed there and nothing else with it.</summary>
/// <param name="Start">Where it begins, as an index into the text.</param>
/// <param name="End">Where it ends; of block mappings and lists nothing that could be relied on.</param>
/// <param name="Line">Line on which it begins, from 1.</param>
/// <param name="Column">Column of its first character, from 0: the indentation of a block mapping's keys.</param>
/// <param name="IsTied">Whether it has an anchor or a tag: a change of it might be a change elsewhere.</param>
internal abstract record YamlNode(int Start, int End, int Line, int Column, bool IsTied);

/// <summary>A single value.</summary>
internal sealed record YamlScalar(int Start, int End, int Line, int Column, bool IsTied, int LastLine, string Value, ScalarStyle Style) : YamlNode(Start, End, Line, Column, IsTied)
{
    /// <summary>Whether it stands for nothing: left out, <c>~</c> or <c>null</c>.</summary>
    public bool IsNull => Style == ScalarStyle.Plain && Value is "" or "~" or "null" or "Null" or "NULL";
}

/// <summary>A list, in block style or in brackets.</summary>
internal sealed record YamlList(int Start, int End, int Line, int Column, bool IsTied, bool IsFlow, IReadOnlyList<YamlNode> Items) : YamlNode(Start, End, Line, Column, IsTied);

/// <summary>Keys and values, in block style or in braces.</summary>
internal sealed record YamlMapping(int Start, int End, int Line, int Column, bool IsTied, bool IsFlow, IReadOnlyList<YamlEntry> Entries) : YamlNode(Start, End, Line, Column, IsTied)
{
    /// <summary>The entry with this key; null where there is none. Keys that are merged in are not looked at.</summary>
    public YamlEntry? Find(string key) => Entries.FirstOrDefault(entry => entry.Key.Value == key);
}

/// <summary>A value that is written elsewhere: <c>*name</c>.</summary>
internal sealed record YamlAlias(int Start, int End, int Line, int Column) : YamlNode(Start, End, Line, Column, IsTied: true);

/// <summary>A key with its value.</summary>
internal sealed record YamlEntry(YamlScalar Key, YamlNode Value);
