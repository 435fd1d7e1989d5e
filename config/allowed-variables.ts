/** Which variables of the worker's environment a command of the catalog's `repository` may see: old code of any commit reads them. */

/** Where programs and their caches are, the language and the time zone. Everything else is named in `repository.env`. */
const places =
  'PATH HOME USER LOGNAME SHELL LANG LANGUAGE TZ TMPDIR TERM CI ' +
  'JAVA_HOME M2_HOME MAVEN_HOME GRADLE_HOME GRADLE_USER_HOME GOPATH GOROOT GOMODCACHE GOCACHE GOTOOLCHAIN GOFLAGS GOPROXY GOSUMDB ' +
  'CARGO_HOME RUSTUP_HOME NVM_DIR NVM_BIN VOLTA_HOME FNM_DIR PYENV_ROOT VIRTUAL_ENV RBENV_ROOT GEM_HOME GEM_PATH BUNDLE_PATH DOTNET_ROOT ' +
  'XDG_CACHE_HOME XDG_DATA_HOME npm_config_cache npm_config_registry YARN_CACHE_FOLDER PIP_INDEX_URL PIP_CACHE_DIR UV_CACHE_DIR LD_LIBRARY_PATH ' +
  'SSL_CERT_FILE SSL_CERT_DIR NODE_EXTRA_CA_CERTS REQUESTS_CA_BUNDLE HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy';

const allowed = new Set(places.split(' '));

/** A mirror or a proxy is often named with user and password in front of its host. */
const credentialsInUrl = /\/\/[^/?#\s]*@/;

export function isForCommands(name: string, value: string): boolean {
  return (allowed.has(name) || /^LC_[A-Z]+$/.test(name)) && !credentialsInUrl.test(value);
}
