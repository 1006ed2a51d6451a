using TextOps.Crds.Core;

namespace TextOps.Operator.Tasks;

/// <summary>
/// What the operator lets objects ask of their runner. Creating an object of ours equals creating a pod, so whoever runs the operator bounds which images
/// and which service accounts those pods have.
/// </summary>
public sealed class RunnerPolicy(OperatorOptions options)
{
    private const string DefaultServiceAccount = "default";

    /// <summary>What of <paramref name="runner"/> is not allowed; empty where all is.</summary>
    public IEnumerable<string> Check(RunnerSpec runner)
    {
        ArgumentNullException.ThrowIfNull(runner);
        if (runner.Image is { } image && options.AllowedImages is { } allowed && image != options.RunnerImage && !allowed.Any(prefix => Covers(prefix, image)))
        {
            yield return $"spec.runner.image ({image}) is not below an allowed prefix ({string.Join(", ", allowed)}); name another image, "
                + $"leave it out for {options.RunnerImage}, or have the prefix added to the operator's --allowed-images";
        }

        var account = runner.ServiceAccountName ?? DefaultServiceAccount;
        if (options.AllowedServiceAccounts is [_, ..] accounts && !accounts.Contains(account, StringComparer.Ordinal))
        {
            yield return $"spec.runner.serviceAccountName ({account}) is not an allowed service account ({string.Join(", ", accounts)}); name one of these, "
                + "or have it added to the operator's --allowed-service-accounts";
        }
    }

    /// <summary>
    /// Whether <paramref name="image"/> is <paramref name="prefix"/> or lies below it. A prefix ends where a part of the image's name ends, so
    /// <c>registry/team</c> covers <c>registry/team/runner</c>, <c>registry/team:1</c> and <c>registry/team@sha256:…</c> but not
    /// <c>registry/team-evil</c>; what follows a colon must be a tag, so that <c>registry</c> does not cover <c>registry:5000/evil</c>.
    /// </summary>
    public static bool Covers(string prefix, string image)
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        ArgumentNullException.ThrowIfNull(image);
        prefix = prefix.TrimEnd('/');
        if (!image.StartsWith(prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var rest = image[prefix.Length..];
        return rest.Length == 0 || rest[0] == '/' || (rest[0] is ':' or '@' && !rest.Contains('/', StringComparison.Ordinal));
    }

    /// <summary>The repository of an image: its name without tag and digest.</summary>
    public static string RepositoryOf(string image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var name = image.Split('@')[0];
        var colon = name.LastIndexOf(':');
        return colon > name.LastIndexOf('/') ? name[..colon] : name;
    }
}
