using System.Globalization;

namespace TextOps.Runner.Serve.Endpoints;

/// <summary>
/// Writes float32 numbers as decimals that read back as the same number and cost less than the shortest ones: an answer of 256 numbers is mostly this. Nine digits always
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

    // From 10^-5 on, and the digits of 00 to 99.
    private static readonly double[] Bounds = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6];
    private static readonly byte[] Pairs = [.. Enumerable.Range(0, 100).SelectMany(number => new[] { (byte)('0' + (number / 10)), (byte)('0' + (number % 10)) })];

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
        var digits = Shortened((float)size, size * Powers[Digits - 1 - exponent], Powers[Digits - 1 - exponent]);
        if (digits == 1_000_000_000)
        {
            (digits, exponent) = (100_000_000, exponent + 1);
        }

        return length + Write(to[length..], digits, exponent);
    }

    /// <summary>The largest e with 10^e at most <paramref name="size"/>.</summary>
    private static int ExponentOf(double size)
    {
        // Vectors of length 1 are made of numbers a little below 1.
        var exponent = -1;
        while (size < Bounds[exponent - MinExponent])
        {
            exponent--;
        }

        while (exponent < MaxExponent && size >= Bounds[exponent + 1 - MinExponent])
        {
            exponent++;
        }

        return exponent;
    }

    /// <summary>Nine digits of a number, the last ones zero where it is still the number that is nearest.</summary>
    /// <param name="scaled">The number with nine digits before its point.</param>
    /// <param name="scale">What it was multiplied by.</param>
    private static int Shortened(float number, double scaled, double scale)
    {
        // Below a power of two numbers lie twice as close.
        var bits = BitConverter.SingleToUInt32Bits(number);
        var unit = (double)BitConverter.UInt32BitsToSingle(bits + 1) - number;
        var room = unit * scale * ((bits & 0x7FFFFF) == 0 ? Half / 2 : Half);
        var digits = (int)(scaled + 0.5);
        var eight = (digits + 5) / 10 * 10;
        if (Math.Abs(eight - scaled) > room)
        {
            return digits;
        }

        var seven = (digits + 50) / 100 * 100;
        return Math.Abs(seven - scaled) > room ? eight : seven;
    }

    private static int Write(Span<byte> to, int digits, int exponent)
    {
        var point = exponent + 1;
        if (point <= 0)
        {
            to[0] = (byte)'0';
            to[1] = (byte)'.';
            for (var i = 2; i < 2 - point; i++)
            {
                to[i] = (byte)'0';
            }

            return 2 - point + WriteDigits(to[(2 - point)..], digits);
        }

        var count = WriteDigits(to[1..], digits);
        to.Slice(1, point).CopyTo(to);
        to[point] = (byte)'.';
        return count <= point ? point : count + 1;
    }

    /// <summary>Writes nine digits; answers how many there are up to the last that is not zero.</summary>
    private static int WriteDigits(Span<byte> to, int digits)
    {
        var rest = (uint)digits;
        for (var i = Digits - 2; i > 0; i -= 2)
        {
            var hundreds = rest / 100;
            Pairs.AsSpan((int)(rest - (hundreds * 100)) * 2, 2).CopyTo(to[i..]);
            rest = hundreds;
        }

        to[0] = (byte)('0' + rest);
        var count = Digits;
        while (to[count - 1] == (byte)'0')
        {
            count--;
        }

        return count;
    }
}
