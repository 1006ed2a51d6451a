using System.Buffers;
using System.Text.RegularExpressions;
using TextOps.Artifacts.Stores;
using TextOps.Crds;

namespace TextOps.Artifacts.Registry;

/// <summary>Where the files of a model lie: keys from the store's root, and what may be a name there.</summary>
public sealed partial class ModelLayout
{
    /// <summary>The folder of all models.</summary>
    public const string Root = "models/";

    /// <summary>The card, in a version's folder: the commit.</summary>
    public const string CardFile = "model.json";

    /// <summary>Who took a version's number, in its folder.</summary>
    public const string ClaimFile = "_claim.json";

    /// <summary>Says, in a version's folder, that somebody is removing it.</summary>
    public const string RemovalFile = "_removal.json";

    private const string EvidenceFolder = "evidence/";
    private const string DigestStart = "sha256:";

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>Makes the layout of a model.</summary>
    /// <exception cref="ArgumentException"><paramref name="name"/> is no name of a model.</exception>
    public ModelLayout(string name)
    {
        Name = IsModel(name) ? name : throw new ArgumentException($"'{name}' is no name of a model", nameof(name));
        Folder = $"{Root}{name}/";
    }

    /// <summary>Name of the model.</summary>
    public string Name { get; }

    /// <summary>The model's folder, with a '/' at its end.</summary>
    public string Folder { get; }

    /// <summary>Folder of the aliases, with a '/' at its end.</summary>
    public string Aliases => Folder + "aliases/";

    /// <summary>Folder of the pins, with a '/' at its end.</summary>
    public string Pins => Folder + "pins/";

    /// <summary>Whether it may be the name of a model: as <c>spec.register.name</c>.</summary>
    public static bool IsModel(string? name) => name is { Length: > 0 and <= 128 } && ModelName().IsMatch(name);

    /// <summary>Whether it may be an alias: as <c>spec.register.alias</c>.</summary>
    public static bool IsAlias(string? name) => name is { Length: > 0 and <= 63 } && AliasName().IsMatch(name);

    /// <summary>Whether it may be the holder of a pin.</summary>
    public static bool IsHolder(string? name) => name is { Length: > 0 and <= 200 } && HolderName().IsMatch(name);

    /// <summary>Whether it is the digest of a card: <c>sha256:</c> and 64 lower-case hex digits.</summary>
    public static bool IsDigest(string? digest) =>
        digest is { Length: 71 } && digest.StartsWith(DigestStart, StringComparison.Ordinal) && digest.AsSpan(DigestStart.Length).IndexOfAnyExcept(HexDigits) < 0;

    /// <summary>Whether it may be the path of a file of a version: not what the registry itself keeps there.</summary>
    public static bool IsFile(string? path) =>
        path is not null && ObjectKey.IsKey(path) && path != CardFile && !path.StartsWith('_') && !path.StartsWith(EvidenceFolder, StringComparison.Ordinal);

    /// <summary>A version's folder, with a '/' at its end.</summary>
    public string VersionFolder(int version) => $"{Folder}{VersionNumber.Name(version)}/";

    /// <summary>Key of a file of a version.</summary>
    public string File(int version, string path) => VersionFolder(version) + path;

    /// <summary>Key of the evidence that the version with digest <paramref name="digest"/> passed a stage.</summary>
    public string Evidence(int version, string stage, string digest) => $"{VersionFolder(version)}{EvidenceFolder}{stage}-{digest[DigestStart.Length..]}.json";

    /// <summary>Key of an alias.</summary>
    public string Alias(string alias) => $"{Aliases}{alias}.json";

    /// <summary>Key of a pin.</summary>
    public string Pin(string holder) => $"{Pins}{holder}.json";

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9._-]*[a-z0-9])?\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex ModelName();

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9-]*[a-z0-9])?\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex AliasName();

    [GeneratedRegex(@"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex HolderName();
}
