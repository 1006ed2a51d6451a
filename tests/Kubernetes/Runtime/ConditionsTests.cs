using TextOps.Crds.Meta;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Runtime;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.Runtime;

public sealed class ConditionsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_condition_keeps_its_transition_time_while_its_status_stays()
    {
        var list = Conditions.Set(null, "Ready", ConditionStatus.False, "Running", "1 of 2", 1, Noon.AddMilliseconds(700));
        Assert.Equal(Noon, Assert.Single(list).LastTransitionTime);

        list = Conditions.Set(list, "Reconciling", ConditionStatus.True, "Running", "", 1, Noon);
        list = Conditions.Set(list, "Ready", ConditionStatus.False, "Running", "2 of 2", 2, Noon.AddHours(1));
        Assert.Equal(["Ready", "Reconciling"], list.Select(condition => condition.Type));
        Assert.Equal(("2 of 2", 2L, Noon), (list[0].Message, list[0].ObservedGeneration, list[0].LastTransitionTime));

        list = Conditions.Set(list, "Ready", ConditionStatus.True, "Committed", "v000001", 2, Noon.AddHours(2));
        Assert.Equal((ConditionStatus.True, Noon.AddHours(2)), (list[0].Status, list[0].LastTransitionTime));
        Assert.Equal("Committed", Conditions.Find(list, "Ready")!.Reason);
        Assert.Null(Conditions.Find(list, "Stalled"));
    }

    [Fact]
    public void Owner_references_name_the_owner_as_the_server_knows_it()
    {
        var owner = new Widget { Metadata = new V1ObjectMeta { Name = "a", Namespace = "n", Uid = "u" }, Spec = new WidgetSpec { Size = 1 } };
        var reference = OwnerReferences.ToController(owner);
        Assert.Equal(new V1OwnerReference { ApiVersion = "test.textops.dev/v1", Kind = "Widget", Name = "a", Uid = "u", Controller = true }, reference);

        var child = new V1ConfigMap { Metadata = new V1ObjectMeta { Name = "c", Namespace = "n", OwnerReferences = [reference with { Controller = null, Name = "other" }, reference] } };
        Assert.Equal("n/a", OwnerReferences.KeyOf<Widget>(child).ToString());
        Assert.Null(OwnerReferences.KeyOf<V1Job>(child));
        Assert.Throws<ArgumentException>(() => OwnerReferences.ToController(new Widget { Metadata = new V1ObjectMeta { Name = "a" }, Spec = new WidgetSpec { Size = 1 } }));
    }
}
