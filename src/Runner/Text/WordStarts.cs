namespace TextOps.Runner.Text;

/// <summary>Finds beginnings of words from places that only move forward, looking at each character once.</summary>
internal ref struct WordStarts(ReadOnlySpan<TextBorder> borders)
{
    private readonly ReadOnlySpan<TextBorder> borders = borders;
    private int passed;

    /// <summary>The first beginning of a word in [from, end), or <paramref name="end"/>.</summary>
    public int FirstFrom(int from, int end)
    {
        for (passed = Math.Max(passed, from); passed < end; passed++)
        {
            if ((borders[passed] & TextBorder.WordStart) != TextBorder.None)
            {
                return passed;
            }
        }

        return end;
    }
}
