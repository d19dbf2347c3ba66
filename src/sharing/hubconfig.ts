/** What an administrator adds to `jupyterhub_config.py` so that owners can share their servers. */
export const HUB_CONFIGURATION = `c.JupyterHub.load_roles = [{"name": "user", "scopes": ["self", "shares!user"]}]
c.Spawner.oauth_client_allowed_scopes = ["shares!server"]`;
