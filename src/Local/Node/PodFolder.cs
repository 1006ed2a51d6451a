using System.Net;
using System.Security.Cryptography;
using System.Text;
using TextOps.Crds.Core;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;

namespace TextOps.Local.Node;

/// <summary>
/// A pod's files on this machine: volumes as folders, the termination message as a file. A process has no mount namespace of its own, so paths of
/// mounts in the container's arguments are replaced by where they lie here.
/// </summary>
internal sealed class PodFolder(string root, V1Pod pod)
{
    private readonly V1Container container = pod.Spec.Containers[0];

    /// <summary>The folder.</summary>
    public string Path { get; } = System.IO.Path.Combine(root, pod.Metadata.Uid!);

    /// <summary>What the container writes to standard output and error.</summary>
    public string LogFile => System.IO.Path.Combine(Path, "runner.log");

    /// <summary>What the container before this one wrote there.</summary>
    public string PreviousLogFile => System.IO.Path.Combine(Path, "runner.previous.log");

    /// <summary>What becomes the termination message.</summary>
    public string TerminationLog => System.IO.Path.Combine(Path, "termination-log");

    /// <summary>An address of this pod alone: Linux answers on all of 127.0.0.0/8.</summary>
    public string Address
    {
        get
        {
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes(pod.Metadata.Uid!));
            return new IPAddress([127, (byte)(64 + (hash[0] % 128)), hash[1], (byte)(1 + (hash[2] % 254))]).ToString();
        }
    }

    /// <summary>Makes the volumes.</summary>
    /// <exception cref="PodConfigurationException">A ConfigMap is missing, or a volume is of a kind that a process cannot have.</exception>
    public async Task PrepareAsync(IKubernetesClient client, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path);
        foreach (var volume in pod.Spec.Volumes ?? [])
        {
            var folder = VolumeFolder(volume.Name);
            Directory.CreateDirectory(folder);
            if (volume.ConfigMap is { } source)
            {
                var configMap = await client.GetAsync<V1ConfigMap>(source.Name, pod.Metadata.Namespace, cancellationToken)
                    ?? throw new PodConfigurationException($"configmap \"{source.Name}\" not found");
                foreach (var (key, text) in configMap.Data ?? new Dictionary<string, string>(StringComparer.Ordinal))
                {
                    await File.WriteAllTextAsync(System.IO.Path.Combine(folder, key), text, cancellationToken);
                }
            }
            else if (volume.PersistentVolumeClaim is { } claim)
            {
                throw new PodConfigurationException($"persistentvolumeclaim \"{claim.ClaimName}\" not found: there are no claims in local mode; leave spec.runner.cache out");
            }
        }
    }

    /// <summary>Makes room for what a container that is about to start says: an empty termination message, and a log of its own.</summary>
    public void Renew()
    {
        File.WriteAllBytes(TerminationLog, []);
        if (File.Exists(LogFile))
        {
            File.Move(LogFile, PreviousLogFile, overwrite: true);
        }
    }

    /// <summary>The container's arguments with paths as they are here.</summary>
    public IEnumerable<string> Arguments() => (container.Args ?? []).Select(Translate);

    /// <summary>The container's environment, beside what this process hands down.</summary>
    /// <exception cref="PodConfigurationException">A variable comes from a Secret or ConfigMap and this process's environment does not have it.</exception>
    public IEnumerable<(string Name, string Value)> Environment()
    {
        foreach (var variable in container.Env ?? [])
        {
            yield return (variable.Name, ValueOf(variable));
        }
    }

    /// <summary>The first 4,096 bytes of the termination message; null where there is none.</summary>
    public async Task<string?> ReadTerminationMessageAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(TerminationLog))
        {
            return null;
        }

        await using var file = File.OpenRead(TerminationLog);
        var buffer = new byte[4096];
        var count = await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return count == 0 ? null : Encoding.UTF8.GetString(buffer, 0, count);
    }

    /// <summary>Removes all of it.</summary>
    public void Remove()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }

    private string VolumeFolder(string volume) => System.IO.Path.Combine(Path, "volumes", volume);

    private string Translate(string argument)
    {
        if (argument == container.TerminationMessagePath)
        {
            return TerminationLog;
        }

        foreach (var mount in container.VolumeMounts ?? [])
        {
            if (argument == mount.MountPath || argument.StartsWith(mount.MountPath + "/", StringComparison.Ordinal))
            {
                return VolumeFolder(mount.Name) + argument[mount.MountPath.Length..];
            }
        }

        return argument;
    }

    private string ValueOf(V1EnvVar variable) => variable switch
    {
        { Value: { } value } => value,
        { ValueFrom.FieldRef.FieldPath: "status.podIP" } => Address,
        { ValueFrom.FieldRef.FieldPath: "metadata.name" } => pod.Metadata.Name!,
        { ValueFrom.FieldRef.FieldPath: "metadata.namespace" } => pod.Metadata.Namespace!,
        { ValueFrom.FieldRef.FieldPath: var path } => throw new PodConfigurationException($"env {variable.Name}: fieldRef {path} is not available in local mode"),
        _ => System.Environment.GetEnvironmentVariable(variable.Name) ?? throw new PodConfigurationException(
            $"env {variable.Name} comes from a Secret or ConfigMap, which local mode does not have; export {variable.Name} before textops run"),
    };
}

/// <summary>A pod cannot start as it is described (CreateContainerConfigError).</summary>
internal sealed class PodConfigurationException(string message) : Exception(message);
