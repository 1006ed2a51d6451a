using TextOps.Crds.Generator;
using TextOps.Generate;

// Writes config/crds, config/rbac and docs/reference below the repository's root, which is the argument or the folder above that holds Operator.sln.
var root = args.Length > 0 ? args[0] : Directory.GetCurrentDirectory();
while (!File.Exists(Path.Combine(root, "Operator.sln")))
{
    root = Path.GetDirectoryName(root) ?? throw new InvalidOperationException("Operator.sln is in no folder above; run this inside the repository or give its root");
}

foreach (var file in GeneratedFile.For(CustomResourceDefinitions.Kinds).Concat(RbacManifests.Files()).Append(OperatorReference.File()))
{
    var path = Path.Combine(root, file.Path);
    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
    await File.WriteAllTextAsync(path, file.Text);
    Console.WriteLine(file.Path);
}
