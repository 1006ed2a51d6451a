using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TextOps.Runner.Prepare.Contract;

namespace TextOps.Runner.Prepare.Splits;

/// <summary>
/// Rows that must come to one split: those of equal texts, of one document, of one group. Groups are ordered by a hash of the seed and their content, so the order is at
/// random but has nothing to do with the order of reading.
/// </summary>
internal sealed class RowGroups
{
    private RowGroups(IReadOnlyList<IReadOnlyList<int>> groups, int[] numbers) => (Groups, Numbers) = (groups, numbers);

    /// <summary>Rows of each group, in the order of groups.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Groups { get; }

    /// <summary>The number of each row's group.</summary>
    public IReadOnlyList<int> Numbers { get; }

    /// <summary>Finds the groups of <paramref name="rows"/>.</summary>
    public static RowGroups Of(IReadOnlyList<LabelledRow> rows, int seed)
    {
        var parents = Enumerable.Range(0, rows.Count).ToArray();
        Unite(rows, row => row.TextKey, parents);
        Unite(rows, row => row.Document, parents);
        Unite(rows, row => row.Group, parents);

        var members = new Dictionary<int, (UInt128 Hash, List<int> Rows)>();
        for (var row = 0; row < rows.Count; row++)
        {
            var root = Root(parents, row);
            var hash = Hash(seed, rows[row].Group ?? rows[row].Document ?? rows[row].TextKey);
            members[root] = members.TryGetValue(root, out var group) ? (UInt128.Min(hash, group.Hash), group.Rows) : (hash, []);
            members[root].Rows.Add(row);
        }

        var groups = members.Values.OrderBy(group => group.Hash).Select(group => (IReadOnlyList<int>)group.Rows).ToList();
        var numbers = new int[rows.Count];
        for (var group = 0; group < groups.Count; group++)
        {
            foreach (var row in groups[group])
            {
                numbers[row] = group;
            }
        }

        return new RowGroups(groups, numbers);
    }

    private static void Unite(IReadOnlyList<LabelledRow> rows, Func<LabelledRow, string?> keyOf, int[] parents)
    {
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var row = 0; row < rows.Count; row++)
        {
            if (keyOf(rows[row]) is { } key && !first.TryAdd(key, row))
            {
                parents[Root(parents, row)] = Root(parents, first[key]);
            }
        }
    }

    private static int Root(int[] parents, int row)
    {
        while (parents[row] != row)
        {
            row = parents[row] = parents[parents[row]];
        }

        return row;
    }

    private static UInt128 Hash(int seed, string key)
    {
        var content = new byte[sizeof(int) + Encoding.UTF8.GetByteCount(key)];
        BinaryPrimitives.WriteInt32LittleEndian(content, seed);
        Encoding.UTF8.GetBytes(key, content.AsSpan(sizeof(int)));
        return BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(content));
    }
}
