namespace ResNet.Net.Training;

/// <summary>Specifies how the weights of the classification layer are optimized.</summary>
public enum HeadOptimizer
{
    /// <summary>L-BFGS (Liu and Nocedal 1989) over all images. It converges to the optimum and needs no learning rate.</summary>
    Lbfgs,

    /// <summary>Stochastic gradient descent with momentum, in random batches, with early stopping.</summary>
    Sgd,
}
