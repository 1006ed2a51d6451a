using System.Globalization;
using System.Numerics;

namespace TextOps.Crds.Schedules;

/// <summary>The values of one field of a cron expression, as bits.</summary>
/// <param name="Bits">Bit n: the value n is in the set.</param>
/// <param name="StartsWithStar">The field is <c>*</c>, <c>?</c> or <c>*/n</c>: it does not restrict the day (crontab(5), the rule of the two day fields).</param>
/// <param name="IsInterval">The field has a star, a range or a step: its times come again and again, not at fixed points of a day.</param>
internal readonly record struct CronField(ulong Bits, bool StartsWithStar, bool IsInterval)
{
    /// <summary>Whether <paramref name="value"/> is in the set.</summary>
    public bool Has(int value) => (Bits >> value & 1) != 0;

    /// <summary>The smallest value of the set from <paramref name="from"/> on; 64 where there is none.</summary>
    public int Next(int from) => from > 63 ? 64 : BitOperations.TrailingZeroCount(Bits >> from << from);

    /// <summary>Reads a field: items separated by commas, each <c>*</c>, a value or a range, with or without a step.</summary>
    /// <param name="text">The field.</param>
    /// <param name="position">Position of its first character in the expression, from 1.</param>
    public static CronField Parse(CronFieldKind kind, string text, int position)
    {
        if (text == "?")
        {
            return kind.TakesQuestionMark
                ? new CronField(Range(kind.Least, kind.Last, 1), StartsWithStar: true, IsInterval: true)
                : throw kind.Wrong(position, text, "? stands for any day and is known in the two day fields only; write *");
        }

        var bits = 0UL;
        var isInterval = false;
        var at = position;
        foreach (var item in text.Split(','))
        {
            bits |= new Item(kind, item, at).Read(out var several);
            isInterval |= several;
            at += item.Length + 1;
        }

        return new CronField(kind.Wrap(bits), text[0] == '*', isInterval);
    }

    private static ulong Range(int from, int to, int step)
    {
        var bits = 0UL;
        for (var value = from; value <= to; value += step)
        {
            bits |= 1UL << value;
        }

        return bits;
    }

    /// <summary>One item of a field's list.</summary>
    private readonly struct Item(CronFieldKind kind, string text, int position)
    {
        public ulong Read(out bool several)
        {
            var slash = text.IndexOf('/', StringComparison.Ordinal);
            var range = slash < 0 ? text : text[..slash];
            var step = slash < 0 ? 1 : Step(text[(slash + 1)..], position + slash + 1);
            var dash = range.IndexOf('-', StringComparison.Ordinal);
            several = slash >= 0 || dash >= 0 || range == "*";
            if (range == "*")
            {
                return Range(kind.Least, kind.Last, step);
            }

            if (dash < 0)
            {
                var value = Value(range, position);
                return Range(value, slash < 0 ? value : kind.Last, step);
            }

            var from = Value(range[..dash], position);
            var to = Value(range[(dash + 1)..], position + dash + 1);
            if (to == 0 && from > 0 && kind.Most == 7)
            {
                to = 7;
            }

            return from <= to
                ? Range(from, to, step)
                : throw kind.Wrong(position, range, $"the range runs backwards; write {from}-{kind.Last},{kind.Least}-{to}");
        }

        private int Value(string value, int at)
        {
            var name = Array.FindIndex(kind.Names, candidate => string.Equals(candidate, value, StringComparison.OrdinalIgnoreCase));
            if (name >= 0)
            {
                return name + kind.FirstName;
            }

            return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= kind.Least && number <= kind.Most
                ? number
                : throw kind.Wrong(at, value, $"expected {kind.Expected}");
        }

        private int Step(string value, int at) =>
            int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var step) && step >= 1 && step <= kind.Most
                ? step
                : throw kind.Wrong(at, value, $"a step is a number from 1 to {kind.Most}");
    }
}

/// <summary>What a field of a cron expression may hold.</summary>
/// <param name="Name">What messages call it.</param>
/// <param name="Number">Its place, from 1.</param>
/// <param name="Least">Smallest value.</param>
/// <param name="Most">Largest value that may be written.</param>
/// <param name="Last">Largest value that is different from all others: 7 is Sunday, and so is 0.</param>
/// <param name="FirstName">Value of the first of <paramref name="Names"/>.</param>
/// <param name="Names">Names of values.</param>
internal sealed record CronFieldKind(string Name, int Number, int Least, int Most, int Last, int FirstName, params string[] Names)
{
    public static readonly CronFieldKind Minute = new("minute", 1, 0, 59, 59, 0);
    public static readonly CronFieldKind Hour = new("hour", 2, 0, 23, 23, 0);
    public static readonly CronFieldKind DayOfMonth = new("day of month", 3, 1, 31, 31, 0);
    public static readonly CronFieldKind Month = new("month", 4, 1, 12, 12, 1, "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC");
    public static readonly CronFieldKind DayOfWeek = new("day of week", 5, 0, 7, 6, 0, "SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT");

    public bool TakesQuestionMark => Number is 3 or 5;

    public string Expected => Names.Length == 0 ? $"a number from {Least} to {Most}" : $"a number from {Least} to {Most} or {Names[0]} to {Names[^1]}";

    /// <summary>Where 7 is 0.</summary>
    public ulong Wrap(ulong bits) => Most == 7 ? (bits | bits >> 7) & 0x7F : bits;

    public CronFormatException Wrong(int position, string text, string fix) =>
        new($"{Name} (field {Number} of 5), position {position}: {(text.Length == 0 ? "nothing" : $"\"{text}\"")} cannot be read: {fix}");
}
