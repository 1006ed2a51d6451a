using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace TextOps.Crds.Runs;

/// <summary>
/// Names of runs and of their children. A run is (run hash, trigger): the hash, which each kind defines, covers the run-defining fields with all
/// defaults applied, so it does not depend on the order of fields, on whether a default is spelled out, or on the object's uid.
/// </summary>
public static class RunIdentity
{
    /// <summary>Longest name of a child: a Job's name becomes a label, and labels end there.</summary>
    public const int MaxChildName = 63;

    /// <summary>How much of the object's name a child's name repeats.</summary>
    public const int MaxNamePart = 40;

    /// <summary>Identity of a run: the first 16 hex digits of SHA-256 of <c>hash\ntrigger</c>.</summary>
    public static string RunId(string hash, string trigger) => Sha256($"{hash}\n{trigger}")[..16];

    /// <summary>What the names of a run's children share: the first 8 hex digits of SHA-256 of the object's uid and the run's id.</summary>
    public static string RunKey(string uid, string runId) => Sha256(uid + runId)[..8];

    /// <summary><c>&lt;name ≤ 40&gt;-&lt;run key&gt;-&lt;part&gt;-a&lt;attempt&gt;</c>.</summary>
    /// <exception cref="ArgumentException">The name would be longer than <see cref="MaxChildName"/>.</exception>
    public static string ChildName(string objectName, string uid, string runId, string part, int attempt)
    {
        var shown = objectName.Length <= MaxNamePart ? objectName : objectName[..MaxNamePart];
        var name = string.Create(CultureInfo.InvariantCulture, $"{shown}-{RunKey(uid, runId)}-{part}-a{attempt}");
        return name.Length <= MaxChildName
            ? name
            : throw new ArgumentException($"child name {name} has {name.Length} characters, at most {MaxChildName} fit; shorten the part ({part})", nameof(part));
    }

    private static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
