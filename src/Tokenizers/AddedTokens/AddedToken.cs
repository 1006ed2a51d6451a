namespace TextOps.Tokenizers.AddedTokens;

/// <summary>A token that is found in the text before (or, where normalised, after) normalisation and never spelled by the model.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">What is looked for.</param>
/// <param name="SingleWord">Only where no word character touches it.</param>
/// <param name="StripLeft"><c>lstrip</c>: takes white space on its left along.</param>
/// <param name="StripRight"><c>rstrip</c>: takes white space on its right along.</param>
/// <param name="Normalized">Its normalised content is looked for in the normalised text.</param>
internal sealed record AddedToken(int Id, string Content, bool SingleWord, bool StripLeft, bool StripRight, bool Normalized);
