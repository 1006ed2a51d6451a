namespace TextOps.Tokenizers.PostProcessing;

/// <summary>Which tokens of a pair stay: <c>longest_first</c> as Hugging Face's tokenizers does it (<c>utils/truncation.rs</c>).</summary>
internal static class PairTruncation
{
    /// <summary>
    /// The longer text loses tokens until it is as short as the other one, then both do; of an odd number the longer one, or else the second, keeps one more.
    /// </summary>
    /// <param name="first">Tokens of the first text.</param>
    /// <param name="second">Tokens of the second text.</param>
    /// <param name="room">Tokens that both may have together.</param>
    /// <returns>How many tokens of each stay.</returns>
    public static (int First, int Second) LongestFirst(int first, int second, int room)
    {
        if ((long)first + second <= room)
        {
            return (first, second);
        }

        var shorter = Math.Min(Math.Min(first, second), room / 2);
        return first <= second ? (shorter, room - shorter) : (room - shorter, shorter);
    }
}
