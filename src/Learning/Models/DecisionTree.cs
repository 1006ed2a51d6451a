namespace TextOps.Learning.Models;

/// <summary>A binary tree over dense columns. A row goes left where its column is smaller than the threshold (in float32, as xgboost compares).</summary>
/// <param name="Columns">Column of each node; -1 for a leaf.</param>
/// <param name="Numbers">Threshold of each node, or a leaf's value.</param>
/// <param name="Left">Left child; 0 for a leaf.</param>
/// <param name="Right">Right child; 0 for a leaf.</param>
internal sealed record DecisionTree(int[] Columns, float[] Numbers, int[] Left, int[] Right)
{
    /// <summary>Number of nodes; the root is 0.</summary>
    public int Nodes => Columns.Length;

    /// <summary>Whether a node is a leaf.</summary>
    public bool IsLeaf(int node) => Columns[node] < 0;

    /// <summary>The leaf that a row comes to.</summary>
    public int LeafOf(ReadOnlySpan<float> row)
    {
        var node = 0;
        while (Columns[node] >= 0)
        {
            node = row[Columns[node]] < Numbers[node] ? Left[node] : Right[node];
        }

        return node;
    }
}

/// <summary>Puts a tree together, the root first.</summary>
internal sealed class DecisionTreeBuilder
{
    private readonly List<int> columns = [];
    private readonly List<float> numbers = [];
    private readonly List<int> left = [];
    private readonly List<int> right = [];

    /// <summary>Adds a leaf and answers its number.</summary>
    public int Leaf(float value) => Add(-1, value);

    /// <summary>Adds a node with two children, which <see cref="Connect"/> names, and answers its number.</summary>
    public int Split(int column, float threshold) => Add(column, threshold);

    /// <summary>Names a node's children.</summary>
    public void Connect(int node, int leftChild, int rightChild) => (left[node], right[node]) = (leftChild, rightChild);

    /// <summary>The tree.</summary>
    public DecisionTree ToTree() => new([.. columns], [.. numbers], [.. left], [.. right]);

    private int Add(int column, float number)
    {
        columns.Add(column);
        numbers.Add(number);
        left.Add(0);
        right.Add(0);
        return columns.Count - 1;
    }
}
