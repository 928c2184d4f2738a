namespace ResNet.Net.Extensions;

/// <summary>How far an application's classifier is.</summary>
public enum ResNetClassifierState
{
    /// <summary>Nobody has asked for it yet.</summary>
    NotLoaded,

    /// <summary>It is being downloaded, loaded or warmed up.</summary>
    Loading,

    /// <summary>It is there.</summary>
    Ready,

    /// <summary>The last attempt failed; another one follows.</summary>
    Failed,
}
