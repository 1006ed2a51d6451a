using System.Globalization;

namespace TextOps.Runner.Serve.Endpoints;

/// <summary>
/// Writes float32 numbers as decimals that read back as the same number, at about a fifth of what the shortest ones cost: an answer of 256 numbers is mostly this. Nine digits always
/// read back (IEEE 754-2019, 5.12.2); eight or seven are written where they do beyond doubt.
/// </summary>
internal static class FloatText
{
    /// <summary>Longest text of a number, in bytes.</summary>
    public const int MaxBytes = 24;

    private const int Digits = 9;
    private const int MinExponent = -5;
    private const int MaxExponent = 6;

    // Less than half a unit in the last place, because quotients are rounded: 2^-53 of a number is far less than what is missing.
    private const double Half = 0.4999;

    // Powers of ten up to 10^22 are exact.
    private static readonly double[] Powers = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14];

    /// <summary>Writes a number; answers how many bytes it took.</summary>
    /// <param name="to">At least <see cref="MaxBytes"/> long.</param>
    /// <exception cref="InvalidDataException">It is not finite, which JSON cannot say.</exception>
    public static int Write(Span<byte> to, float number)
    {
        if (!float.IsFinite(number))
        {
            throw new InvalidDataException("the model gave a number that is not finite");
        }

        double size = Math.Abs(number);
        if (!(size >= 1e-5 && size < 1e7))
        {
            number.TryFormat(to, out var written, provider: CultureInfo.InvariantCulture);
            return written;
        }

        var length = 0;
        if (number < 0)
        {
            to[length++] = (byte)'-';
        }

        var exponent = ExponentOf(size);
        var scale = Powers[Digits - 1 - exponent];
        var digits = Shorten((int)((size * scale) + 0.5), size, scale);
        if (digits == 1_000_000_000)
        {
            (digits, exponent) = (100_000_000, exponent + 1);
        }

        return length + Write(to[length..], digits, exponent);
    }

    /// <summary>The largest e with 10^e at most <paramref name="size"/>.</summary>
    private static int ExponentOf(double size)
    {
        var exponent = MinExponent;
        while (exponent < MaxExponent && size >= (exponent < -1 ? 1 / Powers[-exponent - 1] : Powers[exponent + 1]))
        {
            exponent++;
        }

        return exponent;
    }

    /// <summary>Replaces last digits by zeros where the number is still the one that is nearest.</summary>
    private static int Shorten(int digits, double size, double scale)
    {
        // Below a power of two numbers lie twice as close.
        var bits = BitConverter.SingleToUInt32Bits((float)size);
        var room = (double)(BitConverter.UInt32BitsToSingle(bits + 1) - (float)size) * ((bits & 0x7FFFFF) == 0 ? Half / 2 : Half);
        var eight = (digits + 5) / 10 * 10;
        if (Math.Abs((eight / scale) - size) > room)
        {
            return digits;
        }

        var seven = (digits + 50) / 100 * 100;
        return Math.Abs((seven / scale) - size) > room ? eight : seven;
    }

    private static int Write(Span<byte> to, int digits, int exponent)
    {
        Span<byte> text = stackalloc byte[Digits];
        var rest = (uint)digits;
        for (var i = Digits - 1; i >= 0; i--)
        {
            (rest, var digit) = Math.DivRem(rest, 10);
            text[i] = (byte)('0' + digit);
        }

        var count = text.LastIndexOfAnyExcept((byte)'0') + 1;
        if (exponent < 0)
        {
            to[0] = (byte)'0';
            to[1] = (byte)'.';
            to[2..(1 - exponent)].Fill((byte)'0');
            text[..count].CopyTo(to[(1 - exponent)..]);
            return 1 - exponent + count;
        }

        var whole = exponent + 1;
        text[..whole].CopyTo(to);
        if (count <= whole)
        {
            return whole;
        }

        to[whole] = (byte)'.';
        text[whole..count].CopyTo(to[(whole + 1)..]);
        return count + 1;
    }
}
