using System.Globalization;
using System.Text;

namespace TextOps.Runner.Evaluate.Report;

/// <summary>
/// Writes markup that is HTML and well-formed XML at once. All text and attributes go through it and are escaped; characters that could not be seen, that would reorder the
/// text around them, or that XML does not have are written as visible stand-ins. So labels and texts of untrusted data can break nothing.
/// </summary>
internal sealed class Markup
{
    private readonly StringBuilder text = new();
    private readonly Stack<string> open = new();

    /// <summary>A number for attributes: at most two digits after the point.</summary>
    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Opens an element, which ends with the scope.</summary>
    public IDisposable Open(string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Start(name, attributes);
        text.Append('>');
        open.Push(name);
        return new Scope(this);
    }

    /// <summary>An element with text.</summary>
    public void Element(string name, string content, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Start(name, attributes);
        text.Append('>');
        Text(content);
        text.Append("</").Append(name).Append('>');
    }

    /// <summary>An element without content: one of HTML's void ones, or a shape of SVG.</summary>
    public void Empty(string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Start(name, attributes);
        text.Append("/>");
    }

    /// <summary>Text.</summary>
    public void Text(string content)
    {
        foreach (var rune in content.EnumerateRunes())
        {
            Append(rune);
        }
    }

    /// <summary>A line's end between elements, for people who read the source.</summary>
    public void Line() => text.Append('\n');

    /// <summary>What cannot be escaped: the document type, the style sheet. Never anything that comes from data.</summary>
    public void Constant(string markup) => text.Append(markup);

    /// <inheritdoc/>
    public override string ToString() => text.ToString();

    private void Start(string name, ReadOnlySpan<(string Name, string Value)> attributes)
    {
        text.Append('<').Append(name);
        foreach (var (attribute, value) in attributes)
        {
            text.Append(' ').Append(attribute).Append("=\"");
            Text(value);
            text.Append('"');
        }
    }

    private void Append(Rune rune)
    {
        switch (rune.Value)
        {
            case '&':
                text.Append("&amp;");
                break;
            case '<':
                text.Append("&lt;");
                break;
            case '>':
                text.Append("&gt;");
                break;
            case '"':
                text.Append("&quot;");
                break;
            case '\'':
                text.Append("&#39;");
                break;
            case < 0x20:
                text.Append((char)(0x2400 + rune.Value));
                break;
            case 0x7F:
                text.Append('\u2421');
                break;
            case (>= 0x80 and < 0xA0) or 0x200E or 0x200F or 0x061C or (>= 0x2028 and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0xFEFF or 0xFFFE or 0xFFFF:
                text.Append('\uFFFD');
                break;
            default:
                text.Append(rune.ToString());
                break;
        }
    }

    private sealed class Scope(Markup page) : IDisposable
    {
        public void Dispose() => page.text.Append("</").Append(page.open.Pop()).Append('>');
    }
}
