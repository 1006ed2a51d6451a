using TextOps.Artifacts.Embeddings;
using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Artifacts.Training;
using TextOps.Learning.Matrices;

namespace TextOps.Runner.Workspaces;

/// <summary>Feature matrices and labels of splits as files of a workspace.</summary>
internal static class SplitFiles
{
    /// <summary>Writes a split's rows as a block sees them.</summary>
    public static async Task<IReadOnlyList<ModelFile>> WriteAsync(TrainingWorkspace workspace, string block, string split, FeatureMatrix features, CancellationToken cancellationToken)
    {
        var paths = WorkspaceLayout.FeatureFiles(block, split, features.Sparse is not null);
        if (features.Sparse is { } sparse)
        {
            return
            [
                await workspace.PutAsync(paths[0], (stream, cancel) => NpyVector.WriteAsync(stream, sparse.RowStarts, cancel), cancellationToken),
                await workspace.PutAsync(paths[1], (stream, cancel) => NpyVector.WriteAsync(stream, sparse.ColumnIndices, cancel), cancellationToken),
                await workspace.PutAsync(paths[2], (stream, cancel) => NpyVector.WriteAsync(stream, sparse.Values, cancel), cancellationToken),
            ];
        }

        var dense = features.Dense!;
        return
        [
            await workspace.PutAsync(
                paths[0],
                async (stream, cancel) =>
                {
                    await NpyFile.WriteHeaderAsync(stream, dense.Rows, dense.Columns, cancel);
                    await NpyFile.WriteValuesAsync(stream, dense.Values, cancel);
                },
                cancellationToken),
        ];
    }

    /// <summary>Reads a split's rows as blocks see them, side by side.</summary>
    /// <param name="folder">The local folder that the workspace's files were copied to.</param>
    /// <exception cref="StoreRefusedException">A file is damaged; the message names it.</exception>
    public static async Task<FeatureMatrix> ReadAsync(string folder, IReadOnlyList<PreparedBlock> blocks, string split, CancellationToken cancellationToken)
    {
        var matrices = new List<FeatureMatrix>();
        foreach (var block in blocks)
        {
            var paths = WorkspaceLayout.FeatureFiles(block.Name, split, block.Sparse).Select(path => Path.Combine(folder, path)).ToList();
            matrices.Add(block.Sparse
                ? await SparseAsync(paths, block.Columns, cancellationToken)
                : await GuardAsync(paths[0], stream => DenseAsync(stream, cancellationToken)));
        }

        return FeatureMatrix.Beside(matrices);
    }

    /// <summary>Reads whole numbers.</summary>
    public static Task<int[]> ReadNumbersAsync(string folder, string path, CancellationToken cancellationToken) =>
        GuardAsync(Path.Combine(folder, path), stream => NpyVector.ReadAsync<int>(stream, cancellationToken));

    private static async Task<FeatureMatrix> SparseAsync(IReadOnlyList<string> paths, int columns, CancellationToken cancellationToken)
    {
        var starts = await GuardAsync(paths[0], stream => NpyVector.ReadAsync<int>(stream, cancellationToken));
        var indices = await GuardAsync(paths[1], stream => NpyVector.ReadAsync<int>(stream, cancellationToken));
        var values = await GuardAsync(paths[2], stream => NpyVector.ReadAsync<double>(stream, cancellationToken));
        return new FeatureMatrix { Sparse = new CsrMatrix(starts.Length - 1, columns, starts, indices, values) };
    }

    private static async Task<FeatureMatrix> DenseAsync(FileStream stream, CancellationToken cancellationToken)
    {
        var (rows, columns) = await NpyFile.ReadHeaderAsync(stream, stream.Length, cancellationToken);
        var values = new float[checked(rows * columns)];
        await NpyFile.ReadValuesAsync(stream, values, cancellationToken);
        return new FeatureMatrix { Dense = new DenseMatrix((int)rows, columns, values) };
    }

    private static async Task<T> GuardAsync<T>(string path, Func<FileStream, Task<T>> read)
    {
        try
        {
            await using var stream = File.OpenRead(path);
            return await read(stream);
        }
        catch (InvalidDataException exception)
        {
            throw new StoreRefusedException($"{path} is damaged: {exception.Message}; run the job again with annotation textops.dev/rerun", exception);
        }
    }
}
