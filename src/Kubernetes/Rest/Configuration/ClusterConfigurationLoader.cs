namespace TextOps.Kubernetes.Rest.Configuration;

/// <summary>
/// Finds out how to reach a cluster, in client-go's order: the kubeconfig that is given, <c>KUBECONFIG</c>, the pod's service account, <c>~/.kube/config</c>. The first that
/// is there decides; a broken one is an error, never a reason to look further.
/// </summary>
/// <param name="environment">Where to look.</param>
/// <param name="time">Clock of the credentials that expire.</param>
public sealed class ClusterConfigurationLoader(ClusterEnvironment environment, TimeProvider time)
{
    /// <summary>Loads the configuration. Files with tokens, certificates and keys are read, and plugins run, when the first request needs them.</summary>
    /// <exception cref="ClusterConfigurationException">There is none, or it is wrong.</exception>
    public ClusterConfiguration Load(ClusterConfigurationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var configuration = Find(options.KubeConfig, string.IsNullOrEmpty(options.Context) ? null : options.Context);
        return string.IsNullOrEmpty(options.Namespace) ? configuration : configuration with { Namespace = options.Namespace };
    }

    private ClusterConfiguration Find(string? given, string? context)
    {
        if (!string.IsNullOrEmpty(given))
        {
            return FromFiles("the given kubeconfig", Listed(given), context);
        }

        var listed = environment.Variable("KUBECONFIG");
        if (listed.Length > 0)
        {
            return FromFiles("KUBECONFIG", Listed(listed), context);
        }

        // A context is an entry of a kubeconfig: who names one does not mean the pod's own cluster.
        var pod = new InClusterFiles(environment);
        if (context is null && pod.Exist)
        {
            return pod.Load(time);
        }

        var homeFile = Path.Combine(environment.Home, ".kube", "config");
        return environment.Home.Length > 0 && File.Exists(homeFile)
            ? FromFiles("the home folder", [homeFile], context)
            : throw new ClusterConfigurationException(
                $"no cluster is configured: KUBECONFIG is not set, {(pod.Exist ? $"the context {context} was asked for in a pod" : pod.WhyNot)}, " +
                $"and {(environment.Home.Length > 0 ? $"{homeFile} does not exist" : "there is no home folder")}; give the path of a kubeconfig or set KUBECONFIG to it");
    }

    private static List<string> Listed(string paths) =>
        [.. paths.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(Path.GetFullPath).Distinct()];

    private ClusterConfiguration FromFiles(string source, List<string> paths, string? context)
    {
        if (paths.Find(Directory.Exists) is { } folder)
        {
            throw new ClusterConfigurationException($"{source} names the folder {folder}; name a file");
        }

        var files = paths.Where(File.Exists).ToList();
        return files.Count > 0
            ? new KubeConfig([.. files.Select(KubeConfigFile.Read).OfType<KubeConfigFile>()], string.Join(", ", files)).Load(context, environment, time)
            : throw new ClusterConfigurationException($"{source} ({string.Join(", ", paths)}) names no file that exists; correct the path");
    }
}
