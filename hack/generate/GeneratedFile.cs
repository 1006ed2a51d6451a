using System.Reflection;
using TextOps.Crds.Generator;
using TextOps.Crds.Meta;
using TextOps.Crds.Schema;
using TextOps.Crds.Yaml;

namespace TextOps.Generate;

/// <summary>A file that is made from the C# types and committed; CI makes it again and compares.</summary>
/// <param name="Path">Path below the repository's root, with '/'.</param>
/// <param name="Text">What it holds, lines ending with LF.</param>
public sealed record GeneratedFile(string Path, string Text)
{
    /// <summary>The definition and the reference page of each of these kinds.</summary>
    public static IEnumerable<GeneratedFile> For(IEnumerable<Type> kinds)
    {
        foreach (var kind in kinds)
        {
            var docs = XmlDocs.Of(kind.Assembly);
            var entity = kind.GetCustomAttribute<KubernetesEntityAttribute>()!;
            var definition = new CrdGenerator(docs).Generate(kind);
            yield return new GeneratedFile($"config/crds/{entity.Group}_{entity.PluralName}.yaml", "# Generated from src/Crds by `make generate`; do not edit.\n" + YamlWriter.Write(definition));
            yield return new GeneratedFile($"docs/reference/{entity.Kind.ToLowerInvariant()}.md", new ReferencePage(docs).Write(kind, definition));
        }
    }
}
