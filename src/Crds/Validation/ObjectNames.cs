using TextOps.Crds.Meta;

namespace TextOps.Crds.Validation;

/// <summary>Rules over the names of our objects.</summary>
public static class ObjectNames
{
    /// <summary>A DNS label of at most 40 characters: names of Jobs and labels are made from it.</summary>
    public static IReadOnlyList<Rule<T>> Rules<T>()
        where T : IKubernetesObject =>
    [
        new("size(self.metadata.name) <= 40", item => item.Metadata.Name is null or { Length: <= 40 },
            "metadata.name must be at most 40 characters; names of Jobs and labels are made from it",
            (item, at) => $"{at}metadata.name ({item.Metadata.Name}) has {item.Metadata.Name?.Length} characters, at most 40 fit; names of Jobs and labels are made from it"),
        new("!self.metadata.name.contains('.')", item => item.Metadata.Name is null || !item.Metadata.Name.Contains('.', StringComparison.Ordinal),
            "metadata.name must be a DNS label: lower-case letters, digits and '-', without dots",
            (item, at) => $"{at}metadata.name ({item.Metadata.Name}) must be a DNS label: lower-case letters, digits and '-', without dots"),
    ];
}
