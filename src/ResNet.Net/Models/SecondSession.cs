using System.Security.Cryptography;

namespace ResNet.Net;

/// <summary>
/// Opens the second session of a model for <see cref="ExecutionMode.Automatic"/>, after the model has been loaded and possibly much later.
/// </summary>
internal static class SecondSession
{
    /// <summary>
    /// Returns a function that opens the session and returns null if that is not possible; null if the model needs none. Called before the
    /// first session is opened, so that a later change of the model is noticed.
    /// </summary>
    /// <param name="plan">The plan by which the model was loaded.</param>
    /// <param name="model">The model.</param>
    public static Func<OrtSession?>? Opener(LoadPlan plan, ResolvedModel model)
    {
        ResNetModelOptions options = plan.Options;

        // Files of weights beside the model may change unnoticed, and a callback may set any number of threads.
        bool isNeeded = options.ExecutionMode == ExecutionMode.Automatic
            && options.IsCpu
            && options.Cores > 1
            && options.ConfigureSession is null
            && ModelPreparation.For(model, options.RequiredOutputs).IsSelfContained;
        if (!isNeeded)
        {
            return null;
        }

        object identity = IdentityOf(model.Content);
        return () => Open(plan, model, identity);
    }

    private static OrtSession? Open(LoadPlan plan, ResolvedModel model, object identity)
    {
        try
        {
            if (!IdentityOf(model.Content).Equals(identity))
            {
                throw new InferenceException("The model has changed since it was loaded.");
            }

            OrtSession session = plan.Open(model, plan.Session.ForOneCorePerRun());
            plan.Log.SecondSessionOpened(model.Name);
            return session;
        }
        catch (Exception exception)
        {
            plan.Log.SecondSessionFailed(model.Name, exception);
            return null;
        }
    }

    /// <summary>Returns what differs if the bytes of the model do: both sessions must run the same model.</summary>
    private static object IdentityOf(ModelContent content)
        => content.Path is string path ? (object?)FileIdentity.Of(path) ?? ""
            : content.Memory.IsEmpty ? ""
            : content.Sha256 ?? Convert.ToHexStringLower(SHA256.HashData(content.Memory.Span));
}
