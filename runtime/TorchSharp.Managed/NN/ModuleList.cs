using System.Collections;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>Modules in a row, registered under their positions.</summary>
        public class ModuleList<T> : torch.nn.Module, IList<T> where T : torch.nn.Module
        {
            private readonly List<T> list = [];

            public ModuleList(params T[] modules) : base(nameof(ModuleList<T>)) => extend(modules);

            public T this[int index]
            {
                get => list[index];
                set
                {
                    list[index] = value;
                    Renumber();
                }
            }

            public int Count => list.Count;

            public bool IsReadOnly => false;

            public void Add(T item)
            {
                list.Add(item);
                Renumber();
            }

            public void append(params T[] parameters) => extend(parameters);

            public void extend(IEnumerable<T> modules)
            {
                list.AddRange(modules);
                Renumber();
            }

            public void Clear()
            {
                list.Clear();
                Renumber();
            }

            public bool Contains(T item) => list.Contains(item);

            public void CopyTo(T[] array, int arrayIndex) => list.CopyTo(array, arrayIndex);

            public int IndexOf(T item) => list.IndexOf(item);

            public void Insert(int index, T item)
            {
                list.Insert(index, item);
                Renumber();
            }

            public bool Remove(T item)
            {
                var removed = list.Remove(item);
                Renumber();
                return removed;
            }

            public void RemoveAt(int index)
            {
                list.RemoveAt(index);
                Renumber();
            }

            public IEnumerator<T> GetEnumerator() => list.GetEnumerator();

            IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

            // The modules are the components; the list that holds them is not.
            protected override void RegisterComponents()
            {
            }

            private void Renumber()
            {
                ClearModules();
                for (var i = 0; i < list.Count; i++) register_module(i.ToString(System.Globalization.CultureInfo.InvariantCulture), list[i]);
            }
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.ModuleList<Module> ModuleList(params Module[] modules) => new(modules);

            public static Modules.ModuleList<T> ModuleList<T>(params T[] modules) where T : Module => new(modules);
        }
    }
}
