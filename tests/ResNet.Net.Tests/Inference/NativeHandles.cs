using System.Linq.Expressions;
using System.Reflection;
using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net.Tests;

/// <summary>
/// Counts the native handles of ONNX Runtime: replaces the functions that create and release them, before anything else uses them in this
/// process.
/// </summary>
internal static class NativeHandles
{
    private static readonly Lock Gate = new();
    private static readonly HashSet<(string Kind, nint Handle)> Live = [];
    private static readonly SortedDictionary<string, int> Created = [];
    private static int _unknownReleases;

    /// <summary>Gets the number of handles that were released and not live: released twice.</summary>
    public static int UnknownReleases => Volatile.Read(ref _unknownReleases);

    /// <summary>Gets the number of handles that exist.</summary>
    public static int LiveCount
    {
        get
        {
            lock (Gate)
            {
                return Live.Count;
            }
        }
    }

    /// <summary>Describes the handles created so far, and those that exist, by kind.</summary>
    public static string Summary
    {
        get
        {
            lock (Gate)
            {
                return string.Join(
                    ", ", Created.Select(c => $"{c.Key} {c.Value} created, {Live.Count(l => l.Kind == c.Key)} live"));
            }
        }
    }

    public static void Count()
    {
        Type functions = typeof(OrtEnv).Assembly.GetType("Microsoft.ML.OnnxRuntime.NativeMethods", throwOnError: true)!;
        Count(functions, "Session", "OrtReleaseSession", "OrtCreateSession", "OrtCreateSessionFromArray");
        Count(functions, "IoBinding", "OrtReleaseIoBinding", "OrtCreateIoBinding");
        Count(functions, "Value", "OrtReleaseValue", "OrtCreateTensorWithDataAsOrtValue", "OrtCreateTensorAsOrtValue", "OrtRun");
        Count(functions, "RunOptions", "OrtReleaseRunOptions", "OrtCreateRunOptions");
        Count(functions, "SessionOptions", "OrtReleaseSessionOptions", "OrtCreateSessionOptions", "OrtCloneSessionOptions");
    }

    private static void Count(Type functions, string kind, string release, params string[] creates)
    {
        foreach (string create in creates)
        {
            Replace(functions, create, (parameters, call) => AfterCreating(kind, parameters[^1], call));
        }

        Replace(functions, release, (parameters, call) => Expression.Block(
            Expression.Call(((Action<string, nint>)Remove).Method, Expression.Constant(kind), parameters[0]), call));
    }

    private static BlockExpression AfterCreating(string kind, ParameterExpression created, Expression call)
    {
        ParameterExpression status = Expression.Variable(typeof(nint));
        MethodInfo add = created.Type.IsArray ? ((Action<string, nint[]>)AddAll).Method : ((Action<string, nint>)Add).Method;
        return Expression.Block(
            [status], Expression.Assign(status, call), Expression.Call(add, Expression.Constant(kind), created), status);
    }

    private static void Replace(Type functions, string name, Func<ParameterExpression[], Expression, Expression> body)
    {
        FieldInfo field = functions.GetField(name, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            ?? throw new MissingFieldException(functions.FullName, name);
        Delegate original = (Delegate)field.GetValue(null)!;
        ParameterExpression[] parameters =
            [.. field.FieldType.GetMethod("Invoke")!.GetParameters().Select(p => Expression.Parameter(p.ParameterType, p.Name))];
        Expression call = Expression.Invoke(Expression.Constant(original, field.FieldType), parameters);
        field.SetValue(null, Expression.Lambda(field.FieldType, body(parameters, call), parameters).Compile());
    }

    private static void AddAll(string kind, nint[] handles) => Array.ForEach(handles, handle => Add(kind, handle));

    private static void Add(string kind, nint handle)
    {
        lock (Gate)
        {
            if (handle != 0 && Live.Add((kind, handle)))
            {
                Created[kind] = Created.GetValueOrDefault(kind) + 1;
            }
        }
    }

    private static void Remove(string kind, nint handle)
    {
        lock (Gate)
        {
            _unknownReleases += Live.Remove((kind, handle)) ? 0 : 1;
        }
    }
}
