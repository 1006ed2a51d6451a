using TextOps.Kubernetes.Client;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.Tests.Tasks;

public sealed class AttemptBookTests
{
    private static readonly OwnerKey Owner = new("embeddingjob", new NamespacedName("default", "tickets"));
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_Job_that_another_operator_created_again_is_not_taken_for_the_one_that_was_deleted()
    {
        var book = new AttemptBook();
        book.Complete(Owner, [Attempt("first")], Now);
        book.Deleted(Owner, "plan-a0");
        Assert.Equal(TaskState.Terminating, Assert.Single(book.Complete(Owner, [Attempt("first")], Now)).State);

        Assert.Equal(TaskState.Active, Assert.Single(book.Complete(Owner, [Attempt("second")], Now)).State);
    }

    [Fact]
    public void The_outcome_of_a_Job_is_not_that_of_another_of_its_name()
    {
        var book = new AttemptBook();
        book.Complete(Owner, [Attempt("first")], Now);
        book.Kept(Owner, Attempt("first") with { State = TaskState.Succeeded });
        Assert.Equal(TaskState.Succeeded, book.OutcomeOf(Owner, Attempt("first"))?.State);

        Assert.Null(book.OutcomeOf(Owner, Attempt("second")));
    }

    [Fact]
    public void A_Job_just_created_is_known_before_the_store_has_it()
    {
        var book = new AttemptBook();
        book.Started(Owner, Attempt(null));

        Assert.Equal(TaskState.Active, Assert.Single(book.Complete(Owner, [], Now)).State);
        Assert.Equal("first", Assert.Single(book.Complete(Owner, [Attempt("first")], Now)).JobUid);
        Assert.Equal(TaskState.Gone, Assert.Single(book.Complete(Owner, [], Now)).State);
    }

    [Fact]
    public void A_Job_that_was_deleted_before_the_store_had_it_is_gone()
    {
        var book = new AttemptBook();
        book.Started(Owner, Attempt(null));
        book.Deleted(Owner, "plan-a0");

        var gone = Assert.Single(book.Complete(Owner, [], Now));
        Assert.Equal((TaskState.Gone, null), (gone.State, gone.Finished));
        Assert.Equal(TaskState.Terminating, Assert.Single(book.Complete(Owner, [Attempt("first")], Now)).State);
    }

    private static TaskAttempt Attempt(string? uid) =>
        new() { JobName = "plan-a0", RunKey = "run", Part = "plan", Number = 0, State = TaskState.Active, JobUid = uid, Created = Now };
}
