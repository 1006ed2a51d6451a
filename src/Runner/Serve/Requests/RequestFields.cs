using System.Text;
using System.Text.Json;

namespace TextOps.Runner.Serve.Requests;

/// <summary>The names that an object of a request may have, found without making a string of what was sent.</summary>
internal sealed class RequestFields(IReadOnlyList<string> names)
{
    private readonly byte[][] utf8 = [.. names.Select(Encoding.UTF8.GetBytes)];

    /// <summary>The names.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>Number of the name that the reader stands on; the reader goes on to its value. Refused where it is unknown or was seen before.</summary>
    /// <param name="parent">The object, for messages.</param>
    /// <param name="seen">Which names were there; this one is marked.</param>
    public int Next(ref Utf8JsonReader reader, scoped Span<bool> seen, FieldPath parent)
    {
        for (var i = 0; i < utf8.Length; i++)
        {
            if (reader.ValueTextEquals(utf8[i]))
            {
                if (seen[i])
                {
                    throw RequestJson.Twice(parent.Of(names[i]));
                }

                seen[i] = true;
                reader.Read();
                return i;
            }
        }

        throw RequestJson.Unknown(ref reader, parent, names);
    }
}
