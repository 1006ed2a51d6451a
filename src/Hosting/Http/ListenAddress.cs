using System.Globalization;
using System.Net;

namespace TextOps.Hosting.Http;

/// <summary>Where a server listens.</summary>
/// <param name="Address">An address of the machine; null: all, of both families.</param>
/// <param name="Port">A port; 0 takes a free one.</param>
public sealed record ListenAddress(IPAddress? Address, int Port)
{
    /// <summary>Reads <c>:8080</c>, <c>0.0.0.0:8080</c>, <c>[::1]:8080</c> or <c>localhost:8080</c>; null where it is none of these.</summary>
    public static ListenAddress? Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > IPEndPoint.MaxPort)
        {
            return null;
        }

        return text[..colon] switch
        {
            "" => new ListenAddress(null, port),
            "localhost" => new ListenAddress(IPAddress.Loopback, port),
            ['[', .. var host, ']'] when IPAddress.TryParse(host, out var address) => new ListenAddress(address, port),
            var host when !host.Contains(':', StringComparison.Ordinal) && host.Count(character => character == '.') == 3 && IPAddress.TryParse(host, out var address) =>
                new ListenAddress(address, port),
            _ => null,
        };
    }

    /// <inheritdoc/>
    public override string ToString() => Address is null ? string.Create(CultureInfo.InvariantCulture, $":{Port}") : new IPEndPoint(Address, Port).ToString();
}
