using TextOps.Artifacts.Training;
using TextOps.Crds.TrainingRuns;
using TextOps.Runner.Text;

namespace TextOps.Runner.Prepare.Contract;

/// <summary>What happens to rows whose text another row has, white space around it aside.</summary>
internal sealed class DuplicateRule(DuplicatePolicy policy, string textField, Violations violations)
{
    private const int MostFrequent = 10;

    /// <summary>The rows that stay, in their order, and what was found.</summary>
    public (IReadOnlyList<LabelledRow> Rows, DuplicateSummary Summary) Apply(IReadOnlyList<LabelledRow> rows)
    {
        var byText = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var row = 0; row < rows.Count; row++)
        {
            if (!byText.TryGetValue(rows[row].TextKey, out var same))
            {
                byText.Add(rows[row].TextKey, same = []);
            }

            same.Add(row);
        }

        var duplicates = byText.Values.Where(same => same.Count > 1).ToList();
        var left = new bool[rows.Count];
        foreach (var same in duplicates)
        {
            Judge(rows, same, left);
        }

        var summary = new DuplicateSummary
        {
            Texts = duplicates.Count,
            Rows = duplicates.Sum(same => (long)same.Count),
            Contradicting = duplicates.Count(same => Contradict(rows, same)),
            Most =
            [
                .. duplicates.OrderByDescending(same => same.Count).ThenBy(same => same[0]).Take(MostFrequent).Select(same => new DuplicateText
                {
                    Text = Violations.Shown(rows[same[0]].TextKey),
                    Rows = same.Count,
                    Labels = [.. same.Select(row => rows[row].Label).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
                }),
            ],
        };
        return ([.. rows.Where((_, row) => !left[row])], summary);
    }

    private static bool Contradict(IReadOnlyList<LabelledRow> rows, List<int> same) => same.Exists(row => rows[row].Label != rows[same[0]].Label);

    private void Judge(IReadOnlyList<LabelledRow> rows, List<int> same, bool[] left)
    {
        // A test row that was learned from tells nothing, so the earlier split keeps the text; of one split the first row.
        var kept = same.MinBy(row => rows[row].Given);
        var contradicting = policy == DuplicatePolicy.Reject && Contradict(rows, same);
        foreach (var row in same)
        {
            var reason = contradicting ? ContractReasons.ContradictingDuplicate
                : row == kept ? null
                : rows[row].Given != rows[kept].Given ? ContractReasons.DuplicateAcrossSplits
                : policy == DuplicatePolicy.Reject ? RejectReasons.Duplicate
                : null;
            if (reason is not null)
            {
                left[row] = true;
                var other = row != kept ? kept : same.Find(another => rows[another].Label != rows[row].Label);
                violations.Add(rows[row].Input, rows[row].Line, rows[row].Id, reason, textField, rows[row].Text, rows[other].Id);
                violations.Reject(reason);
            }
        }
    }
}
