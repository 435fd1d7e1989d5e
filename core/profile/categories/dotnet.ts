import type { ProfileCategory } from '../../model/profile.js';
import { byModule, byName, type CategoryRule } from './rule.js';

/** Assemblies as dotnet-trace, PerfView and perf maps write them: with `.il` or `.ni` where the code was compiled before, never with a path. */
const assembly = (names: string): RegExp => new RegExp(`^(?:${names})(?:\\.[A-Z]\\w*)*(?:\\.(?:il|ni|dll))?$`, 'i');

const libraries: readonly (readonly [ProfileCategory, string])[] = [
  [
    'database-driver',
    'Npgsql|MySqlConnector|MySql\\.Data|Microsoft\\.Data\\.SqlClient|Microsoft\\.Data\\.Sqlite|System\\.Data|SQLitePCLRaw|Oracle\\.ManagedDataAccess|MongoDB|StackExchange\\.Redis|Cassandra|Elasticsearch|Elastic',
  ],
  ['orm', 'Microsoft\\.EntityFrameworkCore|EntityFramework|NHibernate|Dapper|linq2db'],
  [
    'serialization',
    'System\\.Text\\.Json|Newtonsoft\\.Json|System\\.Runtime\\.Serialization|System\\.Private\\.(?:Xml|DataContractSerialization)|System\\.Xml|System\\.Formats|MessagePack|protobuf-net|Google\\.Protobuf|YamlDotNet|CsvHelper',
  ],
  ['regex', 'System\\.Text\\.RegularExpressions'],
  ['crypto', 'System\\.Security\\.Cryptography|System\\.Net\\.Security|BouncyCastle|Microsoft\\.IdentityModel|System\\.IdentityModel'],
  ['compression', 'System\\.IO\\.Compression|ICSharpCode\\.SharpZipLib|K4os\\.Compression|ZstdSharp'],
  ['logging', 'Serilog|NLog|log4net|Microsoft\\.Extensions\\.Logging'],
  ['templating', 'Microsoft\\.AspNetCore\\.(?:Razor|Mvc\\.Razor)|Scriban|Handlebars|RazorLight|Fluid'],
  ['network-io', 'System\\.Net|Grpc'],
  ['reflection', 'System\\.Reflection'],
  ['file-io', 'System\\.IO\\.(?:FileSystem|Pipes|MemoryMappedFiles)'],
  [
    'framework',
    'Microsoft\\.AspNetCore|Microsoft\\.Extensions|Microsoft\\.Owin|MediatR|AutoMapper|Polly|Autofac|Castle|Hangfire|Swashbuckle|FluentValidation|MassTransit|Orleans',
  ],
  ['runtime', 'System|Microsoft\\.(?:CSharp|VisualBasic|Win32|NETCore|CodeAnalysis|Diagnostics|Bcl)|mscorlib|netstandard|WindowsBase'],
];

/** Whose code it is, an assembly tells; the service's own are none of these. */
export const dotnetAssembly = assembly(libraries.map(([, names]) => names).join('|'));

/** Methods of `System.Private.CoreLib` and its like, whose assembly tells nothing. */
const methods: readonly CategoryRule[] = [
  byName(
    'lock',
    /^System\.Threading\.(?:Monitor\.|Lock\.|SpinLock|SpinWait\.|Mutex|WaitHandle\.|Semaphore(?:Slim)?\.|ManualResetEventSlim\.|(?:Auto|Manual)ResetEvent|Barrier\.|CountdownEvent\.|ReaderWriterLock\w*\.|LowLevelMonitor\.|Tasks\.Task\.(?:Wait\w*|SpinThenBlockingWait|InternalWait\w*)$)/,
  ),
  byName('gc', /^System\.GC\.(?:_?Collect|_?WaitForPending\w*|WaitForFull\w*)/),
  byName('allocation', /^System\.(?:GC\.Allocate\w*|Buffers\.\w*ArrayPool\S*\.Rent)/),
  byName('reflection', /^System\.(?:Reflection\.|RuntimeType\.|RuntimeMethodHandle\.|Activator\.)/),
  byName('module-load', /^System\.(?:Reflection\.\w*Assembly\.\w*Load\w*|Runtime\.Loader\.)/),
  byName('file-io', /^System\.IO\.(?:File|FileStream|Directory|RandomAccess|FileSystem|Strategies)\b/),
];

export const dotnetRules: readonly CategoryRule[] = [
  ...methods.filter(({ category }) => category === 'module-load'),
  ...methods,
  ...libraries.map(([category, names]) => byModule(category, assembly(names))),
];
