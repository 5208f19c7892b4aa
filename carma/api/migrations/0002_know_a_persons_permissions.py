from django.db import migrations

# A function rather than a subquery: PostgreSQL keeps its plan, and planning these joins for every
# request of a service token cost more than running them.
FORWARD = """
CREATE FUNCTION api_permissions_of(person bigint) RETURNS text[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(
        SELECT kind.app_label || '.' || permission.codename
        FROM accounts_user_groups member
        JOIN auth_group_permissions granted USING (group_id)
        JOIN auth_permission permission ON permission.id = granted.permission_id
        JOIN django_content_type kind ON kind.id = permission.content_type_id
        WHERE member.user_id = person
    );
END $$;
"""
BACK = "DROP FUNCTION api_permissions_of(bigint);"


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0001_initial"),
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACK)]
