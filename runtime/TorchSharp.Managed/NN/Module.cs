using System.Reflection;

namespace TorchSharp;

using Modules;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>A part of a model: its parameters, buffers and sub-modules, by name, in the order they were registered.</summary>
        public class Module : IDisposable
        {
            protected Utils.OrderedDict<string, Module> _internal_submodules = new();
            protected Utils.OrderedDict<string, (Tensor, bool)> _internal_buffers = new();
            protected Utils.OrderedDict<string, Parameter> _internal_params = new();
            protected string? name;
            private bool registered;
            private bool isTraining = true;

            protected Module(string name) => this.name = name;

            public virtual bool training => isTraining;

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing)
            {
                if (!disposing) return;
                foreach (var (_, buffer) in named_buffers(false)) buffer.DetachFromDisposeScope().Dispose();
                foreach (var (_, parameter) in named_parameters(false)) parameter.DetachFromDisposeScope().Dispose();
                foreach (var (_, module) in _internal_submodules) module.Dispose();
            }

            public virtual Module apply(Action<Module> fn)
            {
                foreach (var (_, module) in _internal_submodules) module.apply(fn);
                fn(this);
                return this;
            }

            public virtual void train(bool train = true)
            {
                isTraining = train;
                foreach (var (_, module) in named_children()) module.train(train);
            }

            public virtual void eval() => train(false);

            public virtual void zero_grad(bool set_to_none = true)
            {
                foreach (var (_, parameter) in named_parameters())
                {
                    if (set_to_none) parameter.Variable?.SetGradient(null);
                    else parameter.Variable?.Gradient?.Fill(0);
                }
            }

            public virtual IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_nonpersistent = true)
            {
                var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
                foreach (var (key, (buffer, persistent)) in _internal_buffers)
                    if ((persistent || include_nonpersistent) && !buffer.IsInvalid && seen.Add(buffer)) yield return (key, buffer);
                if (!recurse) yield break;
                foreach (var (prefix, module) in _internal_submodules)
                    foreach (var (key, buffer) in module.named_buffers(true, include_nonpersistent))
                        if (seen.Add(buffer)) yield return ($"{prefix}.{key}", buffer);
            }

            public virtual IEnumerable<Tensor> buffers(bool recurse = true, bool include_nonpersistent = true) =>
                named_buffers(recurse, include_nonpersistent).Select(static b => b.buffer);

            public virtual IEnumerable<(string name, Module module)> named_children() => _internal_submodules;

            public virtual IEnumerable<(string name, Module module)> named_modules()
            {
                foreach (var child in _internal_submodules) yield return child;
                foreach (var (prefix, module) in _internal_submodules)
                    foreach (var (key, inner) in module.named_modules()) yield return ($"{prefix}.{key}", inner);
            }

            public virtual IEnumerable<Module> modules() => named_modules().Select(static m => m.module);

            public virtual IEnumerable<Module> children() => named_children().Select(static m => m.module);

            public virtual Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
            {
                destination ??= [];
                var lead = string.IsNullOrEmpty(prefix) ? "" : prefix + ".";
                foreach (var (key, parameter) in named_parameters()) destination.TryAdd(lead + key, parameter);
                foreach (var (key, buffer) in named_buffers(include_nonpersistent: false)) destination.TryAdd(lead + key, buffer);
                foreach (var (key, module) in _internal_submodules) module.state_dict(destination, lead + key);
                return destination;
            }

            public virtual (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(
                Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
            {
                var target = state_dict();
                var missing = target.Keys.Where(k => skip?.Contains(k) != true && !source.ContainsKey(k)).ToList();
                var unexpected = source.Keys.Where(k => skip?.Contains(k) != true && !target.ContainsKey(k)).ToList();
                if (strict && (missing.Count > 0 || unexpected.Count > 0))
                    throw new InvalidOperationException("The loaded state_dict is not identical to the target dictionary.");
                using var quiet = no_grad();
                foreach (var (key, tensor) in source)
                    if (skip?.Contains(key) != true && target.TryGetValue(key, out var own)) own.copy_(tensor);
                return (missing, unexpected);
            }

            public virtual IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
            {
                var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
                foreach (var own in _internal_params)
                    if (!own.Item2.IsInvalid && seen.Add(own.Item2)) yield return own;
                if (!recurse) yield break;
                foreach (var (prefix, module) in _internal_submodules)
                    foreach (var (key, parameter) in module.named_parameters(true))
                        if (seen.Add(parameter)) yield return ($"{prefix}.{key}", parameter);
            }

            public virtual IEnumerable<Parameter> parameters(bool recurse = true) => named_parameters(recurse).Select(static p => p.parameter);

            public virtual bool has_buffer(string target) => get_buffer(target) is not null;

            public virtual bool has_parameter(string target) => get_parameter(target) is not null;

            public virtual Tensor? get_buffer(string target) => named_buffers().FirstOrDefault(b => b.name == target).buffer;

            public virtual Parameter? get_parameter(string target) => named_parameters().FirstOrDefault(p => p.name == target).parameter;

            public virtual void register_buffer(string name, Tensor tensor, bool persistent = true)
            {
                if (tensor is null || tensor.IsInvalid) throw new ArgumentNullException(nameof(tensor), "A null tensor cannot be registered as a buffer.");
                if (_internal_buffers.ContainsKey(name)) throw new InvalidOperationException($"Tensor {name} is already registered.");
                _internal_buffers.Add(name, (tensor, persistent));
            }

            public virtual void register_parameter(string name, Parameter param)
            {
                if (param is null || param.IsInvalid) throw new ArgumentNullException(nameof(param), "A null tensor cannot be registered as a parameter.");
                if (_internal_params.ContainsKey(name)) throw new InvalidOperationException($"Parameter {name} is already registered.");
                _internal_params.Add(name, param);
            }

            public void add_module(string name, Module module) => register_module(name, module);

            public virtual void register_module(string name, Module submodule)
            {
                if (submodule is null)
                {
                    _internal_submodules.Remove(name);
                    return;
                }
                if (name.Contains('.')) throw new ArgumentException($"module name can't contain \".\", got: {name}");
                if (string.IsNullOrEmpty(name)) throw new ArgumentException("module name can't be empty string \"\"");
                if (_internal_submodules.ContainsKey(name)) throw new InvalidOperationException($"Sub-module {name} is already registered.");
                submodule.RegisterComponents();
                _internal_submodules.Add(name, submodule);
            }

            public virtual string GetName() => name ?? GetType().Name;

            /// <summary>Registers every field that holds a module, parameter or tensor under the field's name.</summary>
            protected virtual void RegisterComponents()
            {
                if (registered) return;
                registered = true;
                foreach (var field in Fields(GetType()))
                {
                    var key = field.Name;
                    if (_internal_submodules.ContainsKey(key) || _internal_params.ContainsKey(key) || _internal_buffers.ContainsKey(key)) continue;
                    switch (field.GetValue(this))
                    {
                        case Module module: register_module(key, module); break;
                        case Parameter parameter: register_parameter(key, parameter); break;
                        case Tensor tensor: register_buffer(key, tensor); break;
                    }
                }
            }

            protected void ConditionallyRegisterParameter(string name, Parameter? value)
            {
                if (value is null) _internal_params.Remove(name);
                else _internal_params[name] = value;
            }

            protected void ClearModules() => _internal_submodules.clear();

            /// <summary>Converts floating-point parameters and buffers in place.</summary>
            internal void Convert(ScalarType type)
            {
                foreach (var (key, parameter) in _internal_params.ToList<(string, Parameter)>())
                {
                    if (parameter.dtype == type) continue;
                    Parameter converted;
                    using (no_grad()) converted = new Parameter(parameter.to_type(type), parameter.requires_grad);
                    Replace(key, parameter, converted);
                    _internal_params[key] = converted;
                    parameter.Dispose();
                }
                foreach (var (key, (buffer, persistent)) in _internal_buffers.ToList<(string, (Tensor, bool))>())
                {
                    if (buffer.dtype == type || !buffer.is_floating_point()) continue;
                    var converted = buffer.to_type(type).DetachFromDisposeScope();
                    Replace(key, buffer, converted);
                    _internal_buffers[key] = (converted, persistent);
                }
                foreach (var (_, module) in _internal_submodules) module.Convert(type);
            }

            private void Replace(string key, Tensor old, Tensor replacement)
            {
                foreach (var field in Fields(GetType()))
                    if (ReferenceEquals(field.GetValue(this), old)) field.SetValue(this, replacement);
            }

            private static IEnumerable<FieldInfo> Fields(Type type)
            {
                for (var level = type; level is not null && level != typeof(Module); level = level.BaseType)
                    foreach (var field in level.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly))
                        yield return field;
            }
        }
    }
}
