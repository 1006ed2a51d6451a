using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Schema;
using TextOps.Crds.Validation;

namespace TextOps.Crds.TrainingRuns;

/// <summary>A block of features: exactly one of its kinds is given.</summary>
public sealed record FeatureBlock
{
    /// <summary>Name of the block.</summary>
    [MinLength(1), MaxLength(40), RegularExpression(Patterns.Label)]
    public required string Name { get; init; }

    /// <summary>Weighted counts of word or character n-grams: sparse.</summary>
    public TfidfFeatures? Tfidf { get; init; }

    /// <summary>Numbers: derived from the text, and fields of the row.</summary>
    public NumericFeatures? Numeric { get; init; }

    /// <summary>A vector of the text by a frozen model.</summary>
    public EmbeddingFeatures? Embedding { get; init; }

    /// <summary>Rules over more than one field.</summary>
    public static IReadOnlyList<Rule<FeatureBlock>> Rules { get; } =
    [
        new("[has(self.tfidf), has(self.numeric), has(self.embedding)].exists_one(given, given)",
            block => new object?[] { block.Tfidf, block.Numeric, block.Embedding }.Count(given => given is not null) == 1,
            "exactly one of tfidf, numeric and embedding must be given"),
    ];
}

/// <summary>TF-IDF as scikit-learn's TfidfVectorizer defines it.</summary>
public sealed record TfidfFeatures
{
    /// <summary>What n-grams are made of.</summary>
    public TfidfAnalyzer Analyzer { get; init; } = TfidfAnalyzer.Word;

    /// <summary>Shortest n-gram.</summary>
    [Range(1, 10)]
    public int NgramMin { get; init; } = 1;

    /// <summary>Longest n-gram.</summary>
    [Range(1, 10)]
    public int NgramMax { get; init; } = 1;

    /// <summary>Whether texts are lower-cased first.</summary>
    public bool Lowercase { get; init; } = true;

    /// <summary>Whether accents are removed, after lower-casing.</summary>
    public AccentStripping StripAccents { get; init; } = AccentStripping.None;

    /// <summary>Words left out; for <c>analyzer: word</c>.</summary>
    public StopWordList StopWords { get; init; } = StopWordList.None;

    /// <summary>Terms in fewer texts are left out: a count (<c>2</c>), or with a point a part of the texts (<c>0.01</c>).</summary>
    [MaxLength(16), RegularExpression(@"^([1-9][0-9]{0,8}|0\.[0-9]{1,6}|1\.0)$")]
    public string MinDf { get; init; } = "1";

    /// <summary>Terms in more texts are left out: a count, or with a point a part of the texts.</summary>
    [MaxLength(16), RegularExpression(@"^([1-9][0-9]{0,8}|0\.[0-9]{1,6}|1\.0)$")]
    public string MaxDf { get; init; } = "1.0";

    /// <summary>Only so many terms are kept, those with the highest total count (of equal ones the first by code point); all where absent.</summary>
    [Range(1, 10_000_000)]
    public int? MaxFeatures { get; init; }

    /// <summary>Counts 1 + ln(tf) in place of tf.</summary>
    public bool SublinearTf { get; init; }

    /// <summary>Counts a term once a text.</summary>
    public bool Binary { get; init; }

    /// <summary>Weighs terms by inverse document frequency.</summary>
    public bool UseIdf { get; init; } = true;

    /// <summary>Adds one to document frequencies, as if one more text had every term.</summary>
    public bool SmoothIdf { get; init; } = true;

    /// <summary>How rows are scaled.</summary>
    public VectorNorm Norm { get; init; } = VectorNorm.L2;

    /// <summary>Rules over more than one field.</summary>
    public static IReadOnlyList<Rule<TfidfFeatures>> Rules { get; } =
    [
        new("self.ngramMin <= self.ngramMax", tfidf => tfidf.NgramMin <= tfidf.NgramMax,
            "ngramMin must not be larger than ngramMax; lower ngramMin or raise ngramMax",
            (tfidf, at) => $"{at}ngramMin ({tfidf.NgramMin}) must not be larger than {at}ngramMax ({tfidf.NgramMax}); lower ngramMin or raise ngramMax"),
        new("self.stopWords == 'none' || self.analyzer == 'word'", tfidf => tfidf.StopWords == StopWordList.None || tfidf.Analyzer == TfidfAnalyzer.Word,
            "stopWords needs analyzer word; leave it out or change the analyzer",
            (_, at) => $"{at}stopWords needs {at}analyzer word; leave it out or change the analyzer"),
    ];
}

/// <summary>What n-grams are made of.</summary>
public enum TfidfAnalyzer
{
    /// <summary>Words of two or more characters.</summary>
    [JsonStringEnumMemberName("word")]
    Word,

    /// <summary>Characters, across words.</summary>
    [JsonStringEnumMemberName("char")]
    Char,

    /// <summary>Characters within words, padded by a space on both sides.</summary>
    [JsonStringEnumMemberName("char_wb")]
    CharWb,
}

/// <summary>How accents are removed.</summary>
public enum AccentStripping
{
    /// <summary>They stay.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>Compatibility decomposition, then what is not ASCII goes.</summary>
    [JsonStringEnumMemberName("ascii")]
    Ascii,

    /// <summary>Compatibility decomposition, then combining characters go.</summary>
    [JsonStringEnumMemberName("unicode")]
    Unicode,
}

/// <summary>Words that are left out.</summary>
public enum StopWordList
{
    /// <summary>None.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>scikit-learn's 318 English words.</summary>
    [JsonStringEnumMemberName("english")]
    English,
}

/// <summary>How a row is scaled.</summary>
public enum VectorNorm
{
    /// <summary>Sum of squares 1.</summary>
    [JsonStringEnumMemberName("l2")]
    L2,

    /// <summary>Sum of absolute values 1.</summary>
    [JsonStringEnumMemberName("l1")]
    L1,

    /// <summary>Not at all.</summary>
    [JsonStringEnumMemberName("none")]
    None,
}

/// <summary>Numbers beside the text. Derived ones are computed from the text, in training and serving alike.</summary>
public sealed record NumericFeatures
{
    /// <summary>Numbers derived from the text.</summary>
    [MaxItems(16), Set]
    public IReadOnlyList<DerivedNumber>? Derived { get; init; }

    /// <summary>Names of <c>dataset.fields</c>.</summary>
    [MaxItems(64), Set, ItemMaxLength(256)]
    public IReadOnlyList<string>? Fields { get; init; }

    /// <summary>How each number is scaled, by the training split.</summary>
    public NumericScale Scale { get; init; } = NumericScale.Standard;

    /// <summary>Rules over more than one field.</summary>
    public static IReadOnlyList<Rule<NumericFeatures>> Rules { get; } =
    [
        new("has(self.derived) && size(self.derived) > 0 || has(self.fields) && size(self.fields) > 0",
            numeric => numeric.Derived is { Count: > 0 } || numeric.Fields is { Count: > 0 },
            "derived or fields must name at least one number",
            (_, at) => $"{at}derived or {at}fields must name at least one number"),
    ];
}

/// <summary>A number derived from a text.</summary>
public enum DerivedNumber
{
    /// <summary>Characters (Unicode scalar values).</summary>
    [JsonStringEnumMemberName("text_len")]
    TextLength,

    /// <summary>Words: what lies between white space.</summary>
    [JsonStringEnumMemberName("word_count")]
    WordCount,

    /// <summary>Characters of words divided by words; 0 without words.</summary>
    [JsonStringEnumMemberName("avg_word_len")]
    AverageWordLength,

    /// <summary>Exclamation marks.</summary>
    [JsonStringEnumMemberName("exclamation_count")]
    ExclamationCount,

    /// <summary>Question marks.</summary>
    [JsonStringEnumMemberName("question_count")]
    QuestionCount,

    /// <summary>Part of the letters that are upper-case; 0 without letters.</summary>
    [JsonStringEnumMemberName("upper_ratio")]
    UpperRatio,

    /// <summary>Part of the characters that are digits; 0 for the empty text.</summary>
    [JsonStringEnumMemberName("digit_ratio")]
    DigitRatio,
}

/// <summary>How a number is scaled.</summary>
public enum NumericScale
{
    /// <summary>Mean 0, population standard deviation 1 (a constant stays 0).</summary>
    [JsonStringEnumMemberName("standard")]
    Standard,

    /// <summary>From 0 to 1 over the training split.</summary>
    [JsonStringEnumMemberName("minmax")]
    MinMax,

    /// <summary>Not at all.</summary>
    [JsonStringEnumMemberName("none")]
    None,
}

/// <summary>A vector of the text by a frozen model, any that an EmbeddingJob can run; the model becomes part of what is registered.</summary>
public sealed record EmbeddingFeatures
{
    /// <summary>The model; where absent the dataset must be <c>embeddings</c>: its vectors are taken, and its model goes with the trained one.</summary>
    public EmbeddingModel? Model { get; init; }
}
