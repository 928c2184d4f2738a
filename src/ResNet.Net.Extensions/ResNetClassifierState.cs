namespace ResNet.Net.Extensions;

/// <summary>Specifies the state of an application's classifier.</summary>
public enum ResNetClassifierState
{
    /// <summary>Loading hasn't started.</summary>
    NotLoaded,

    /// <summary>The classifier is being downloaded, loaded or warmed up.</summary>
    Loading,

    /// <summary>The classifier is ready.</summary>
    Ready,

    /// <summary>The last attempt failed. Another one follows.</summary>
    Failed,
}
