# Sourced. What the builds need of Debian: packages fetched and unpacked into a folder, never installed.

# The mirror that this machine's own apt sources name.
debian_mirror() {
  local mirror
  mirror=$(cat /etc/apt/sources.list.d/*.sources 2>/dev/null | awk '/^URIs:/ {print $2; exit}')
  [[ -n $mirror ]] || mirror=$(cat /etc/apt/sources.list 2>/dev/null | awk '$1 == "deb" {for (i = 2; i <= NF; i++) if ($i ~ /^https?:/) {print $i; exit}}')
  [[ -n $mirror ]] || { echo "no Debian mirror in /etc/apt" >&2; return 1; }
  echo "$mirror"
}

# debian_sources FOLDER SUITE: an apt configuration of its own in FOLDER, so that the system's lists and packages stay as they are.
debian_sources() {
  local folder=$1 suite=$2 mirror
  mirror=$(debian_mirror)
  mkdir -p "$folder"/{lists/partial,cache/archives/partial,etc}
  {
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main"
    echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main"
  } > "$folder/etc/sources.list"
  cat > "$folder/etc/apt.conf" <<CONF
Dir::Etc::sourcelist "$folder/etc/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State::lists "$folder/lists";
Dir::State::status "/dev/null";
Dir::State::extended_states "$folder/extended_states";
Dir::Cache "$folder/cache";
APT::Sandbox::User "";
APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::Retries "3";
CONF
  APT_CONFIG=$folder/etc/apt.conf apt-get update -qq
}

# debian_unpack FOLDER ROOT PACKAGE...: downloads the packages and unpacks them below ROOT.
debian_unpack() {
  local folder=$1 root=$2
  shift 2
  mkdir -p "$folder/debs" "$root"
  (cd "$folder/debs" && APT_CONFIG=$folder/etc/apt.conf apt-get download -qq "$@")
  local package
  for package in "$folder"/debs/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -x --keep-directory-symlink -C "$root" --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' -f -
    rm "$package"
  done
}

# debian_closure FOLDER PATTERN PACKAGE...: the packages and all they depend on, those whose name matches PATTERN.
debian_closure() {
  local folder=$1 pattern=$2
  shift 2
  APT_CONFIG=$folder/etc/apt.conf apt-get install -y --print-uris "$@" | awk '/^\047/ {print $2}' | sed -E 's/_.*//' | grep -E "$pattern"
}
