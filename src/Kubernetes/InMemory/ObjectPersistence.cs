using TextOps.Kubernetes.Client;

namespace TextOps.Kubernetes.InMemory;

/// <summary>Keeps each change in the object directory, where there is one, before anybody sees it.</summary>
internal sealed class ObjectPersistence(ObjectDirectory? directory)
{
    /// <exception cref="KubernetesException">The directory was opened to look at only, or could not be written.</exception>
    public void Write(ResourceDefinition definition, StoredObject stored) => Keep(definition, to => to.Write(definition.Type, stored));

    /// <exception cref="KubernetesException">The directory was opened to look at only, or could not be written.</exception>
    public void Delete(ResourceDefinition definition, NamespacedName key) => Keep(definition, to => to.Delete(definition.Type, key));

    private void Keep(ResourceDefinition definition, Action<ObjectDirectory> change)
    {
        if (directory is null)
        {
            return;
        }

        if (directory.IsReadOnly)
        {
            throw new KubernetesException(403, "Forbidden", $"{definition.Type.GroupResource} is forbidden: the store {directory.Store} was opened to look at only");
        }

        if (!definition.IsPersistent)
        {
            return;
        }

        try
        {
            change(directory);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw ApiErrors.Internal($"the object could not be kept in the store {directory.Store}: {problem.Message}");
        }
    }
}
